// Package vocabulary holds the closed vocabularies of a request: what a log may say of method, protocol, cache, defence,
// origin and client, each as a small number with a name. A value that a client chose can leave the pipeline only as one of
// these names. It is not a parser and knows no log format.
package vocabulary

// names gives the name of v, or "other" where v is out of range.
func name[T ~uint8](v T, names []string) string {
	if int(v) < len(names) {
		return names[v]
	}
	return "other"
}
