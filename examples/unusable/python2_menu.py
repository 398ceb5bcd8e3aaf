# Lunch menu, written when Python 2 was young.
import string

def total(prices):
    sum = 0
    for p in prices:
        sum = sum + p
    return sum

menu = {"soup": 4, "pasta": 9, "salad": 6}
print "Today we serve:"
for dish, price in menu.iteritems():
    print "  %s (%d)" % (string.capitalize(dish), price)

try:
    choice = raw_input("What would you like? ")
    print "That makes", total([menu[choice]])
except KeyError, missing:
    print "Sorry, there is no", missing
