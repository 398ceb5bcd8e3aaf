/* Gray code: counting so that only one bit changes at a time. */
#include <stdint.h>
#include <stdio.h>

static uint32_t to_gray(uint32_t n)
{
    return n ^ (n >> 1);
}

static uint32_t from_gray(uint32_t gray)
{
    uint32_t n = 0;
    while (gray) {
        n ^= gray;
        gray >>= 1;
    }
    return n;
}

/* The number of bits in which a and b differ. */
static int hamming_distance(uint32_t a, uint32_t b)
{
    int count = 0;
    for (uint32_t diff = a ^ b; diff; diff &= diff - 1)
        count++;
    return count;
}

static void print_bits(uint32_t value, int width)
{
    for (int bit = width - 1; bit >= 0; bit--)
        putchar(value >> bit & 1 ? '1' : '0');
}

int main(void)
{
    for (uint32_t n = 0; n < 16; n++) {
        uint32_t gray = to_gray(n);
        printf("%2u  ", n);
        print_bits(gray, 4);
        printf("  back: %2u  step: %d\n", from_gray(gray),
               hamming_distance(gray, to_gray(n + 1)));
    }
    return 0;
}
