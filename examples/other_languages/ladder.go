// Command ladder finds the shortest chain of words in which neighbours differ by one letter.
package main

import (
	"fmt"
	"strings"
)

// Ladder returns a shortest chain from start to goal using only the given words,
// or nil if there is none.
func Ladder(start, goal string, words []string) []string {
	cameFrom := map[string]string{start: ""}
	queue := []string{start}
	for len(queue) > 0 {
		word := queue[0]
		queue = queue[1:]
		if word == goal {
			return trace(cameFrom, goal)
		}
		for _, next := range words {
			if _, seen := cameFrom[next]; !seen && differByOne(word, next) {
				cameFrom[next] = word
				queue = append(queue, next)
			}
		}
	}
	return nil
}

func trace(cameFrom map[string]string, word string) []string {
	var chain []string
	for word != "" {
		chain = append([]string{word}, chain...)
		word = cameFrom[word]
	}
	return chain
}

func differByOne(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	differences := 0
	for i := range a {
		if a[i] != b[i] {
			differences++
		}
	}
	return differences == 1
}

func main() {
	words := strings.Fields("cold cord card ward warm worm word wood")
	fmt.Println(strings.Join(Ladder("cold", "warm", words), " -> "))
}
