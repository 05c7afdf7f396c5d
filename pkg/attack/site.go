package attack

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/schemas"
)

// Site judges one site's minutes in order.
type Site struct {
	host string
	// read tells whether any line, of whatever site, is there of a minute: where there is none, nothing was logged or nothing was read, and the silence
	// says nothing about the site.
	read     func(minute time.Time) bool
	baseline *schemas.Baseline
}

// NewSite starts without history.
func NewSite(host string, read func(minute time.Time) bool) *Site {
	return &Site{host: host, read: read, baseline: NewBaseline()}
}

// Next judges a minute, and before it the minutes since the last one in which the site had no request.
func (s *Site) Next(r *schemas.TrafficReport) []*schemas.Finding {
	return append(s.Until(r.Minute.AsTime()), s.judge(r)...)
}

// Until judges the minutes before end in which the site had no request.
func (s *Site) Until(end time.Time) (findings []*schemas.Finding) {
	if s.baseline.Minute == nil {
		return nil
	}
	for minute := s.baseline.Minute.AsTime().Add(time.Minute); minute.Before(end); minute = minute.Add(time.Minute) {
		if s.read(minute) {
			findings = append(findings, s.judge(&schemas.TrafficReport{Host: s.host, Minute: timestamppb.New(minute)})...)
		}
	}
	return findings
}

func (s *Site) judge(r *schemas.TrafficReport) (findings []*schemas.Finding) {
	next, f := Judge(s.baseline, r)
	s.baseline = next
	if f != nil {
		findings = append(findings, f)
	}
	return findings
}

// Learned is how many minutes the site's baseline is made of, and whether that is enough to judge.
func (s *Site) Learned() (minutes int64, enough bool) {
	return s.baseline.Learned, s.baseline.Learned >= history
}
