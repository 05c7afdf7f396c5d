package logentry

import "time"

// Source says how the lines of one source are read. It travels to the workers as JSON, so it holds plain values only.
type Source struct {
	Name string `json:"name"` // as people know it: a file name, a subscription
	// Format is the name of a format (see Formats), an nginx log_format or Apache LogFormat string, or the #Fields line of a log of
	// CloudFront. Required: Detect finds it.
	Format string `json:"format"`
	// Mapping is used where Format names a mapping from the configuration. Optional.
	Mapping *Mapping `json:"mapping,omitempty"`
	// Host is given to lines that have none. Optional.
	Host string `json:"host,omitempty"`
	// HostFrom tells people where Host came from: "option", "configuration" or "file name". Optional.
	HostFrom string `json:"host_from,omitempty"`
	// Sites are the sites that the source may speak for, by name; lines of other hosts count in the bucket of other hosts. Default: any.
	Sites []string `json:"sites,omitempty"`
	// TimeZone is an IANA name for formats whose times have no zone. Default UTC.
	TimeZone string `json:"time_zone,omitempty"`
	// TrustedProxies are prefixes of proxies whose forwarded header is believed, or keys of networks (see CDNKeys). Default none.
	TrustedProxies []string `json:"trusted_proxies,omitempty"`
	// SampleRates are the shares of requests that the proxy logs, by time; outside every range the rate is 1. Optional.
	SampleRates []SampleRate `json:"sample_rates,omitempty"`
}

// SampleRate is the share of requests that a proxy wrote to its log from From (included) to To (excluded). A zero time means no bound.
type SampleRate struct {
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
	Rate float64   `json:"rate"` // above 0, at most 1
}

// Mapping says which keys of a JSON line hold what. Keys of nested objects are joined by dots: "httpRequest.status"; a dot that is part of a
// key is written "\.".
type Mapping struct {
	Name string `json:"name"`
	// Fields maps a field of ours (see MappingFields) to the key in the line.
	Fields map[string]string `json:"fields"`
	// Units holds, for "time" and "latency", the unit of a bare number: "s", "ms", "us", "ns". Default s for latency; times are told apart by size.
	Units map[string]string `json:"units,omitempty"`
}
