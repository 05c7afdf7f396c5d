package summarize

import "github.com/floodgauge/floodgauge/pkg/logentry"

// Counts says what became of the lines. Lines = Entries + the dead + the skipped.
type Counts struct {
	Lines   int64 `json:"lines"`
	Entries int64 `json:"entries"`
	Bytes   int64 `json:"bytes"` // decompressed
	// Dead counts lines by logentry.Reason.
	Dead [logentry.ReasonCount]int64 `json:"dead"`
	// OutsideRange and OtherHost count entries that the run's limits left out.
	OutsideRange int64 `json:"outside_range"`
	OtherHost    int64 `json:"other_host"`
	// Bucket counts entries that went to the bucket of other hosts because of the line: no valid host name, no site, over the cap. Where some are
	// over the cap, rows of hosts that nobody listed may lack some of these.
	NoHost      int64 `json:"no_host"`
	UnknownSite int64 `json:"unknown_site"`
	OverCap     int64 `json:"over_cap"`
}

// Add adds o to c.
func (c *Counts) Add(o *Counts) {
	c.Lines += o.Lines
	c.Entries += o.Entries
	c.Bytes += o.Bytes
	for i := range c.Dead {
		c.Dead[i] += o.Dead[i]
	}
	c.OutsideRange += o.OutsideRange
	c.OtherHost += o.OtherHost
	c.NoHost += o.NoHost
	c.UnknownSite += o.UnknownSite
	c.OverCap += o.OverCap
}
