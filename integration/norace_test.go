//go:build !race

package integration

const memoryFactor = 1
