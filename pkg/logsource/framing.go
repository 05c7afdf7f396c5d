package logsource

import (
	"bytes"
	"encoding/json"
)

// Framing is how a file's text is divided into log lines.
type Framing uint8

const (
	// Lines means that a line of the file is a line of the log.
	Lines Framing = iota
	// Objects are JSON objects in an array, over several lines each, one after the other without a line end, or in the list of a page.
	Objects
	// Envelopes are JSON objects in whatever arrangement, each with a Pub/Sub message whose data is the line of the log.
	Envelopes
)

func (f Framing) String() string {
	return [...]string{"lines", "JSON objects", "Pub/Sub messages", ""}[f&3]
}

// framingOf tells the framing by the first bytes of text. Text that begins with '[' is a JSON array only if an object follows: Envoy and
// Apache's error log begin their lines with a time in brackets.
func framingOf(first []byte) Framing {
	if f, ok := framingOfPage(first); ok {
		return f
	}
	text := trimSpace(first)
	inArray := bytes.HasPrefix(text, []byte("["))
	if inArray {
		text = trimSpace(text[1:])
		if bytes.HasPrefix(text, []byte("]")) && len(trimSpace(text[1:])) == 0 {
			return Objects // an empty array: `gcloud logging read` found nothing
		}
	}
	if !bytes.HasPrefix(text, []byte("{")) {
		return Lines
	}
	object, rest, spread := firstObject(text)
	switch {
	case envelopeData(object) != nil:
		return Envelopes
	case inArray || spread:
		return Objects
	case object == nil || len(rest) == 0:
		return Lines
	}
	return afterObject(rest)
}

// afterObject tells the framing by what follows a first object that lies on one line.
func afterObject(rest []byte) Framing {
	rest = bytes.TrimLeft(rest, " \t")
	if len(rest) > 0 && (rest[0] == '{' || rest[0] == ',') {
		return Objects
	}
	return Lines
}

// firstObject returns the object that text begins with, nil if it is broken or not to be seen to its end, and what follows it. spread tells
// whether it goes over several lines, as far as it can be seen.
func firstObject(text []byte) (object, rest []byte, spread bool) {
	var s objectScanner
	s.start()
	dst, n, v := s.scan([]byte{'{'}, text[1:])
	switch v {
	case finished:
		return dst, text[1+n:], s.spread
	case unfinished:
		return nil, nil, s.spread
	}
	return nil, nil, false
}

// envelopeData returns the line in a Pub/Sub message, as push requests and `gcloud pubsub subscriptions pull` have it; nil if object is no
// such message.
func envelopeData(object []byte) []byte {
	if !bytes.Contains(object, []byte(`"message"`)) || !bytes.Contains(object, []byte(`"data"`)) {
		return nil
	}
	var envelope struct {
		Message struct {
			Data []byte `json:"data"`
		} `json:"message"`
	}
	if json.Unmarshal(object, &envelope) != nil {
		return nil
	}
	data := trimSpace(envelope.Message.Data)
	if len(data) == 0 {
		return nil
	}
	return bytes.ReplaceAll(data, []byte{'\n'}, []byte{' '})
}
