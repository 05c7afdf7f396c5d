package logentry

// readyLayouts are the text formats with a name that have a layout of their own; those of textFormats share theirs.
var readyLayouts = map[string]func() *layout{
	"alb":      albLayout,
	cloudfront: cloudfrontLayout,
	"haproxy":  haproxyLayout,
	"envoy":    envoyLayout,
	"traefik":  traefikLayout,
}

// fixed is the fixed text of a layout.
func fixed(s string) token { return token{text: s} }

// valueOf is a value of a layout.
func valueOf(name string, p piece) token {
	p.name = name
	return token{piece: &p}
}

// unread is a value that no field takes.
func unread(name string) token { return valueOf(name, ignored) }

// mustLayout compiles tokens that ship with the product.
func mustLayout(tokens ...token) *layout {
	l, err := compileLayout(tokens)
	if err != nil {
		panic(err) // a test compiles each
	}
	return l
}

// index finds a piece by its name.
func (l *layout) index(name string) int {
	for i := range l.pieces {
		if l.pieces[i].name == name {
			return i
		}
	}
	return -1
}
