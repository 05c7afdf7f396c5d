package reportstore

import "time"

// Observed is an encoded observation (schemas.Observation) of one site's minute. It stays inside.
type Observed struct {
	Host   string
	Minute time.Time
	Data   []byte
}

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
}
