package privacy

import "bytes"

// MaxTemplate is the longest template in bytes.
const MaxTemplate = 120

const (
	maxSegments = 8    // segments of a path that a template keeps
	maxPath     = 1024 // bytes of a path that are looked at
	moreMark    = "/..."
	tokenMark   = "{token}"
)

// placeholders stand for what was taken out of a path. The same text in a raw path stays as it is, so that a template's template is
// itself.
var placeholders = []string{"{n}", "{hex}", "{uuid}", "{date}", tokenMark, "{text}", "{email}", "{user}"}

// Templater turns raw paths into templates: what names a visitor, an object or a file's version becomes a placeholder, what is the
// same for everybody stays. It is not safe for concurrent use.
type Templater struct {
	patterns *patternNode
	decoded  [maxSegment]byte
	out      [MaxTemplate + 2*maxSegment]byte // a segment's template may be longer than the segment: "1" is "{n}"
}

// NewTemplater makes a Templater. Patterns are the operator's own templates, such as "/user/{name}/photos" or "/files/{path...}", and win
// over the built-in rules; a literal segment wins over {x}, and {x} over {x...}. The error names the pattern that is wrong.
func NewTemplater(patterns []string) (*Templater, error) {
	root, err := parsePatterns(patterns)
	if err != nil {
		return nil, err
	}
	return &Templater{patterns: root}, nil
}

// Template returns the template of a raw path (no query; percent-encoded as it was sent). It begins with "/", or is "*" or "{text}" for
// what is no path, is at most MaxTemplate bytes long and consists of ASCII letters, digits and -._~:+(){}/* only.
func (t *Templater) Template(path []byte) string { return string(t.Append(nil, path)) }

// Append is Template for callers that intern: it appends to dst and allocates only where dst is too small.
func (t *Templater) Append(dst, path []byte) []byte {
	if len(path) == 0 || path[0] != '/' {
		return append(dst, notPath(path)...)
	}
	path, cut := shorten(path)
	if t.patterns != nil {
		if pattern := t.match(path); pattern != "" {
			return append(dst, pattern...)
		}
	}
	out := t.out[:0]
	segments := 0
	for rest := path; len(rest) > 0; {
		var segment []byte
		segment, rest = nextSegment(rest)
		if len(segment) == 0 {
			break
		}
		before := len(out)
		out = t.appendSegment(append(out, '/'), segment)
		if segments++; segments > maxSegments || len(out) > MaxTemplate-len(moreMark) {
			return append(append(dst, out[:before]...), moreMark...)
		}
	}
	switch {
	case cut:
		out = append(out, moreMark...)
	case len(out) == 0 || path[len(path)-1] == '/':
		out = append(out, '/')
	}
	return append(dst, out...)
}

func notPath(path []byte) string {
	if string(path) == "*" { // OPTIONS *
		return "*"
	}
	return "{text}"
}

// shorten drops a query or fragment that a caller left in and cuts hostile lengths, at a segment's end where it can.
func shorten(path []byte) (short []byte, cut bool) {
	if len(path) > maxPath {
		path, cut = path[:maxPath], true
		if i := bytes.LastIndexByte(path, '/'); i > 0 {
			path = path[:i]
		}
	}
	if i := bytes.IndexByte(path, '?'); i >= 0 {
		path, cut = path[:i], false
	}
	if i := bytes.IndexByte(path, '#'); i >= 0 {
		path, cut = path[:i], false
	}
	return path, cut
}

// nextSegment cuts the first segment that is neither empty nor "." from a path; its matrix parameters (";x=1") are gone. The segment is
// empty where there is none.
func nextSegment(path []byte) (segment, rest []byte) {
	for len(path) > 0 {
		path = path[1:] // the slash
		end := bytes.IndexByte(path, '/')
		if end < 0 {
			end = len(path)
		}
		segment, path = path[:end], path[end:]
		if i := bytes.IndexByte(segment, ';'); i >= 0 {
			segment = segment[:i]
		}
		if len(segment) > 0 && !(len(segment) == 1 && segment[0] == '.') {
			return segment, path
		}
	}
	return nil, nil
}
