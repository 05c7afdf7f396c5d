package dashboard

import (
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strings"
)

//go:embed static templates
var embedded embed.FS

// assets are the pages' files, under names that hold a hash of their content, so that browsers keep them for ever and never an old one.
type assets struct {
	urls  map[string]string // by the file's own name
	files map[string][]byte // by hashed name
}

func loadAssets() (*assets, error) {
	entries, err := embedded.ReadDir("static")
	if err != nil {
		return nil, fmt.Errorf("reading what is embedded: %w", err)
	}
	a := &assets{urls: map[string]string{}, files: map[string][]byte{}}
	for _, entry := range entries {
		data, err := embedded.ReadFile("static/" + entry.Name())
		if err != nil {
			return nil, fmt.Errorf("reading what is embedded: %w", err)
		}
		sum := sha256.Sum256(data)
		ext := path.Ext(entry.Name())
		hashed := strings.TrimSuffix(entry.Name(), ext) + "." + hex.EncodeToString(sum[:6]) + ext
		a.urls[entry.Name()] = "/static/" + hashed
		a.files[hashed] = data
	}
	return a, nil
}

// url is where a file is found; pages ask by its own name.
func (a *assets) url(name string) (string, error) {
	url, ok := a.urls[name]
	if !ok {
		return "", fmt.Errorf("no file %q is embedded", name)
	}
	return url, nil
}

func (s *Server) static(w http.ResponseWriter, r *request) error {
	data, ok := s.assets.files[r.PathValue("file")]
	if !ok {
		return errNotFound
	}
	w.Header().Set("Content-Type", contentType(r.PathValue("file")))
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(data) // the client went away
	return nil
}

// contentTypes of the files that are embedded; what is in no list is read as text.
var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".json": "application/json",
}

func contentType(name string) string {
	return cmp.Or(contentTypes[path.Ext(name)], "text/plain; charset=utf-8")
}
