package privacy

import (
	"math/rand/v2"
	"testing"
)

// randomPaths are what a flood of cache-busting requests asks for: every one a miss of any cache.
func randomPaths() [][]byte {
	const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
	r := rand.New(rand.NewPCG(1, 2))
	paths := make([][]byte, 1024)
	for i := range paths {
		path := []byte("/assets/img/")
		for range 8 + r.IntN(32) {
			path = append(path, alphabet[r.IntN(len(alphabet))])
		}
		paths[i] = append(path, ".jpg"...)
	}
	return paths
}

func BenchmarkTemplate(b *testing.B) {
	cases := []struct {
		name  string
		paths [][]byte
	}{
		{"slug", [][]byte{[]byte("/blog/geekery/disabling-battery-in-ubuntu-vms.html")}},
		{"api", [][]byte{[]byte("/api/v1/users/1234567/orders/123e4567-e89b-12d3-a456-426614174000")}},
		{"random", randomPaths()},
		{"hostile", [][]byte{append([]byte("/"), make([]byte, 8192)...)}},
	}
	for _, c := range cases {
		b.Run(c.name, func(b *testing.B) {
			tp := newTemplater(b, "/user/{name}/photos", "/api/v2/{x}")
			var dst []byte
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				dst = tp.Append(dst[:0], c.paths[i%len(c.paths)])
				i++
			}
		})
	}
}

func BenchmarkStatic(b *testing.B) {
	path := []byte("/blog/geekery/disabling-battery-in-ubuntu-vms.html")
	b.ReportAllocs()
	for b.Loop() {
		if Static(path) {
			b.Fatal("static")
		}
	}
}
