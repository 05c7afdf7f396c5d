package logentry

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// apacheTokens compiles an Apache LogFormat: the format itself, or the whole directive as in httpd.conf with its name behind.
func apacheTokens(format string) ([]token, error) {
	text, err := apacheText(format)
	if err != nil {
		return nil, err
	}
	var tokens []token
	for {
		i := strings.IndexByte(text, '%')
		if i < 0 {
			return apacheTogether(append(tokens, token{text: text})), nil
		}
		tokens, text = append(tokens, token{text: text[:i]}), text[i:]
		parsed, rest, err := apacheDirective(text)
		if err != nil {
			return nil, err
		}
		tokens, text = append(tokens, parsed...), rest
	}
}

// apacheText strips the directive around a format and the backslashes in it.
func apacheText(format string) (string, error) {
	text := strings.TrimSpace(format)
	if word, rest := cutWord(text); strings.EqualFold(word, "LogFormat") {
		text = strings.TrimSpace(rest)
	}
	if strings.HasPrefix(text, `"`) {
		end := 1
		for end < len(text) && text[end] != '"' {
			if text[end] == '\\' {
				end++
			}
			end++
		}
		if end >= len(text) {
			return "", fmt.Errorf("LogFormat %q: the quote at its beginning has no end", format)
		}
		// What is behind the quote may be the format's name only. Else the quote is the format's own: "%r" %>s %t
		if !strings.ContainsAny(text[end+1:], `%"`) {
			text = text[1:end]
		}
	}
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\t`, "\t", `\n`, "\n").Replace(text), nil
}

// apacheDirective reads one "%…" at the beginning of text.
func apacheDirective(text string) (tokens []token, rest string, err error) {
	i := 1
	for i < len(text) && (text[i] == '!' || text[i] == ',' || text[i] == '<' || text[i] == '>' || text[i]-'0' <= 9) {
		i++ // "%!200,304{Referer}i" logs '-' for other statuses; "%>s" is the last of several
	}
	argument := ""
	if i < len(text) && text[i] == '{' {
		end := strings.IndexByte(text[i:], '}')
		if end < 0 {
			return nil, "", fmt.Errorf("%q: the brace has no end", text)
		}
		argument, i = text[i+1:i+end], i+end+1
	}
	length := 1
	if i < len(text) && text[i] == '^' {
		length = 3 // %^FB, %{…}^ti, %{…}^to
	}
	if i+length > len(text) {
		return nil, "", fmt.Errorf("%q at the end of the format is no directive", text)
	}
	name := text[:i+length]
	tokens, err = apacheValue(text[i:i+length], argument, name)
	return tokens, text[i+length:], err
}

// apacheValue says what a directive fills.
func apacheValue(letter, argument, name string) ([]token, error) {
	if letter == "%" {
		return []token{{text: "%"}}, nil
	}
	if letter == "t" {
		return apacheTime(argument, name)
	}
	p, ok := apacheLetters[letter]
	if argument != "" {
		p, ok = apacheArgument(letter, argument), ok || strings.Contains("xcC", letter) || letter == "^ti" || letter == "^to"
	}
	if !ok {
		return nil, fmt.Errorf("%s is no directive of Apache's log formats", name)
	}
	if letter == "s" && strings.Contains(name, ">") {
		p.rank = 1
	}
	p.name = name
	return []token{{piece: &p}}, nil
}

// apacheLetters are the directives without argument. Those that fill nothing are there so that others can be called unknown.
var apacheLetters = map[string]piece{
	"a": {field: fieldPeer, rank: 1},
	"h": {field: fieldPeer},
	"r": {field: fieldRequest},
	"m": {field: fieldMethod},
	"U": {field: fieldPath, opens: '/'},
	"q": {field: fieldQuery, opens: '?'},
	"H": {field: fieldProtocol},
	"s": {field: fieldStatus},
	"b": {field: fieldResponseBytes},
	"B": {field: fieldResponseBytes},
	"O": {field: fieldResponseBytes, rank: 1},
	"I": {field: fieldRequestBytes},
	"D": {field: fieldLatency, power: 3, rank: 3},
	"T": {field: fieldLatency, power: 9, rank: 1},
	"v": {field: fieldHost, rank: 1},
	"V": {field: fieldHost, rank: 3},

	"A": ignored, "C": ignored, "c": ignored, "e": ignored, "f": ignored, "i": ignored, "k": ignored, "l": ignored, "L": ignored,
	"n": ignored, "o": ignored, "p": ignored, "P": ignored, "R": ignored, "S": ignored, "u": ignored, "X": ignored, "^FB": ignored,
}

var ignored = piece{field: notRead}

// apacheArgument says what a directive with an argument in braces fills.
func apacheArgument(letter, argument string) piece {
	header := strings.ReplaceAll(strings.ToLower(argument), "-", "_")
	switch letter {
	case "i":
		return headerPiece(requestHeaders, header)
	case "o":
		return headerPiece(responseHeaders, header)
	case "a":
		if argument == "c" {
			return piece{field: fieldPeer, rank: 2}
		}
	case "T":
		switch argument {
		case "us":
			return piece{field: fieldLatency, power: 3, rank: 3}
		case "ms":
			return piece{field: fieldLatency, power: 6, rank: 2}
		}
		return piece{field: fieldLatency, power: 9, rank: 1}
	case "e":
		switch header {
		case "unique_id":
			return piece{field: fieldID}
		case "cache_status":
			return piece{field: fieldCache, rank: 2, set: apacheCache}
		}
	}
	return ignored
}

// apacheTime reads the argument of %t: nothing, one of Apache's own words, or a strftime format.
func apacheTime(argument, name string) ([]token, error) {
	format := strings.TrimPrefix(strings.TrimPrefix(argument, "begin:"), "end:")
	verbs := map[string]byte{"sec": 's', "msec": verbMilliseconds, "usec": verbMicroseconds, "msec_frac": verbMilliFraction, "usec_frac": verbMicroFraction}
	switch verb, ok := verbs[format]; {
	case format == "":
		return []token{{text: "["}, {piece: &piece{name: name, field: notRead, time: clfPattern}}, {text: "]"}}, nil
	case ok:
		return []token{{piece: &piece{name: name, field: notRead, time: verbPattern(verb)}}}, nil
	}
	pattern, err := strftimePattern(format)
	if err != nil {
		return nil, err
	}
	return []token{{piece: &piece{name: name, field: notRead, time: pattern}}}, nil
}

// apacheTogether: where a format has the peer of the connection, %a and %h are what mod_remoteip, the operator's word, made of it.
func apacheTogether(tokens []token) []token {
	connection := false
	for _, t := range tokens {
		connection = connection || t.piece != nil && t.piece.name == "%{c}a"
	}
	for _, t := range tokens {
		if connection && t.piece != nil && t.piece.field == fieldPeer && t.piece.name != "%{c}a" {
			t.piece.field = fieldClient
		}
	}
	return tokens
}

// apacheCache reads the phrases of mod_cache's cache-status: "cache hit", "conditional cache hit: entity refreshed", "cache miss:
// attempting entity save".
func apacheCache(c *conversion, text []byte) {
	switch {
	case bytes.HasPrefix(text, []byte("conditional cache hit")):
		c.entry.Cache = vocabulary.CacheValidated
	case bytes.Contains(text, []byte("cache hit")):
		c.entry.Cache = vocabulary.CacheHit
	case bytes.Contains(text, []byte("cache miss")):
		c.entry.Cache = vocabulary.CacheMiss
	default:
		c.entry.Cache = vocabulary.CacheUncached
	}
}
