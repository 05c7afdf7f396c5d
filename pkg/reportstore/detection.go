package reportstore

import "time"

// Observed is an encoded observation (schemas.Observation) of one site's minute. It stays inside.
type Observed struct {
	Host   string
	Minute time.Time
	Data   []byte
}

// StatesKept is how long before a site's latest state its earlier ones are kept, for rebuilds to go on from.
const StatesKept = 48 * time.Hour

// DetectionState is an encoded schemas.SiteState as of a minute. It stays inside.
type DetectionState struct {
	Host   string
	Minute time.Time
	Data   []byte
}

// Literal is a recommendation of a rule with its values (an encoded schemas.Recommendation), of one site. It stays inside but for what is exported on
// this machine, and is deleted when it has expired.
type Literal struct {
	Host, Name string
	Expires    time.Time
	Data       []byte
}

// Feedback is what a person said of a case: that it is no attack, until Expires, or (Undone) that this is taken back.
type Feedback struct {
	Host    string
	Started time.Time // the case's first minute
	At      time.Time // when it was said
	Expires time.Time
	By      string
	Undone  bool
	Kinds   []string // of the case, when it was said: what the word is on
}
