package loggen

import (
	"net/netip"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// newALBEncoder writes access logs of AWS Application Load Balancers: sites without a cache before them, with or without a firewall.
func newALBEncoder() encoder {
	at := timeField("2006-01-02T", 6, "Z")
	return func(dst []byte, r *Request) []byte {
		dst = at(append(dst, albType(r)...), r)
		dst = append(dst, " app/my-loadbalancer/50dc6c495c0c9188 "...)
		dst = appendBarePeer(dst, r)
		dst = appendALBTarget(append(dst, ' '), r)
		dst = appendUint(append(dst, ' '), r.RequestBytes)
		dst = appendUint(append(dst, ' '), r.ResponseBytes)
		dst = appendALBRequest(append(dst, ` "`...), r)
		dst = append(dst, `" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067 "Root=1-`...)
		dst = appendHex(dst, uint64(r.Time/second), 8)
		dst = append(appendHex(append(dst, '-'), mix(r.ID), 16), `00000000" "`...)
		dst = append(append(dst, r.Host...), `" "arn:aws:acm:us-east-2:123456789012:certificate/12345678-1234-1234-1234-123456789012" 0 `...)
		dst = append(at(dst, r), ` "`...)
		dst = append(append(dst, albActions(r)...), `" "-" "-" "-" "-" "-" "-"`...)
		return dst
	}
}

func albType(r *Request) string {
	if r.Protocol == vocabulary.ProtocolHTTP2 {
		return "h2 "
	}
	return "https "
}

// appendPeer writes the client's address and a port.
func appendPeer(dst []byte, r *Request) []byte {
	return netip.AddrPortFrom(r.Client, uint16(1024+r.Session%60_000)).AppendTo(dst) //nolint:gosec // below 61,024
}

// appendBarePeer writes the same without the brackets that IPv6 addresses have elsewhere.
func appendBarePeer(dst []byte, r *Request) []byte {
	return appendUint(append(r.Client.AppendTo(dst), ':'), 1024+r.Session%60_000)
}

// appendALBTarget writes the target, the times and both statuses: a target that gave no answer has no times and no status.
func appendALBTarget(dst []byte, r *Request) []byte {
	status := uint64(r.Status)
	switch r.OriginError {
	case vocabulary.OriginErrorTimeout:
		status = 504
	case vocabulary.OriginErrorClientGone:
		status = 460 // what this load balancer calls it
	}
	if !r.answered() {
		return append(appendUint(append(dst, "- -1 -1 -1 "...), status), " -"...)
	}
	dst = appendDecimal(append(dst, "10.0.0.1:80 0.000 "...), r.Latency, 3)
	dst = appendUint(append(dst, " 0.000 "...), status)
	return appendUint(append(dst, ' '), status)
}

// answered tells whether the client got the answer of a backend, or of a cache in its place.
func (r *Request) answered() bool {
	switch r.OriginError {
	case vocabulary.OriginErrorNone, vocabulary.OriginErrorStatus, vocabulary.OriginErrorClientPartly:
		return !r.refused()
	}
	return false
}

func appendALBRequest(dst []byte, r *Request) []byte {
	at := len(dst)
	dst = append(append(methodField(dst, r), " https://"...), r.Host...)
	dst = append(appendTarget(append(dst, ":443"...), r), ' ')
	dst = append(appendQuoted(protocolField(dst, r), at, apacheEscape), `" "`...)
	if r.Agent == "" {
		return append(dst, '-')
	}
	return appendQuoted(append(dst, r.Agent...), len(dst), apacheEscape)
}

func albActions(r *Request) string {
	switch {
	case r.Enforced == vocabulary.ActionNone:
		return "forward"
	case r.refused():
		return "waf"
	}
	return "waf,forward"
}
