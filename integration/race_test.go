//go:build race

package integration

// memoryFactor is how much more memory a program takes with the race detector, by its manual.
const memoryFactor = 10
