package logsource

// origin gives each line of a file an identity of the file that depends only on what the file holds up to the line's end, at most 4 KiB of it. So
// a line keeps its id however far the file had grown when it was read, and under whatever name and compression.
type origin struct {
	identity func(first []byte) uint64 // nil: every line has whole
	first    []byte                    // the file's first bytes: 4 KiB, or all that it has
	whole    uint64                    // identity of first
	fixed    bool                      // every line has whole: the file's text is no text of lines, and does not grow
}

// of returns the identity for a line that ends at end. more tells whether later lines may have another.
func (o *origin) of(end int64) (id uint64, more bool) {
	if o.identity == nil || o.fixed || end >= identityBytes {
		return o.whole, false
	}
	return o.identity(o.first[:min(end, int64(len(o.first)))]), true
}

// set takes in the first bytes of the file.
func (o *origin) set(first []byte) {
	o.first = append([]byte(nil), first...)
	if o.identity != nil {
		o.whole = o.identity(o.first)
	}
}
