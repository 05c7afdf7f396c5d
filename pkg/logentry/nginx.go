package logentry

import (
	"fmt"
	"strings"
)

// nginxTokens compiles an nginx log_format: the format itself, or the whole directive as in nginx.conf, with "log_format", name, escape
// parameter, and quoted pieces over several lines.
func nginxTokens(format string) ([]token, error) {
	text, err := nginxText(format)
	if err != nil {
		return nil, err
	}
	var tokens []token
	for len(text) > 0 {
		i := strings.IndexByte(text, '$')
		if i < 0 {
			i = len(text)
		}
		tokens = append(tokens, token{text: text[:i]})
		name, rest := nginxName(text[i:])
		switch {
		case name != "":
			p := nginxValue(name)
			tokens = append(tokens, token{piece: &p})
		case len(rest) > 0: // a '$' that begins no variable
			tokens, rest = append(tokens, token{text: "$"}), rest[1:]
		}
		text = rest
	}
	return nginxTogether(tokens), nil
}

// nginxText strips the directive around a format and joins its pieces.
func nginxText(format string) (string, error) {
	text := strings.TrimSpace(format)
	body, directive := strings.CutPrefix(text, "log_format")
	if !directive || body == strings.TrimLeft(body, " \t\r\n") {
		if pieces, ok := nginxPieces(text); ok && (text[0] == '\'' || len(pieces) == 1) {
			return strings.Join(pieces, ""), nil
		}
		return text, nil
	}
	_, body = cutWord(body) // the name
	if word, rest := cutWord(body); strings.HasPrefix(word, "escape=") {
		body = rest
	}
	body = strings.TrimSpace(body)
	pieces, ok := nginxPieces(body)
	switch {
	case ok:
		return strings.Join(pieces, ""), nil
	case body == "" || body[0] == '\'' || body[0] == '"':
		return "", fmt.Errorf("log_format %q: a quoted piece has no end, or something stands between the pieces", format)
	}
	return strings.TrimSuffix(body, ";"), nil
}

// cutWord cuts the first word off.
func cutWord(text string) (word, rest string) {
	text = strings.TrimLeft(text, " \t\r\n")
	i := strings.IndexAny(text, " \t\r\n")
	if i < 0 {
		return text, ""
	}
	return text[:i], text[i:]
}

// nginxPieces splits text that is nothing but quoted pieces with white space between them, perhaps with a semicolon at the end.
func nginxPieces(text string) (pieces []string, ok bool) {
	for {
		text = strings.TrimLeft(text, " \t\r\n")
		if text == "" || text == ";" {
			return pieces, len(pieces) > 0
		}
		quote := text[0]
		if quote != '\'' && quote != '"' {
			return nil, false
		}
		piece, rest, ok := nginxQuoted(text[1:], quote)
		if !ok {
			return nil, false
		}
		pieces, text = append(pieces, piece), rest
	}
}

// nginxQuoted reads up to the closing quote. In nginx.conf a backslash protects quotes and backslashes, makes \t, \r and \n, and stands
// for itself before anything else.
func nginxQuoted(text string, quote byte) (piece, rest string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == quote {
			return b.String(), text[i+1:], true
		}
		if c == '\\' && i+1 < len(text) {
			if plain := strings.IndexByte(`"'\trn`, text[i+1]); plain >= 0 {
				c = "\"'\\\t\r\n"[plain]
				i++
			}
		}
		b.WriteByte(c)
	}
	return "", "", false
}

// nginxName reads "$name" or "${name}" at the beginning of text.
func nginxName(text string) (name, rest string) {
	if text == "" {
		return "", ""
	}
	if strings.HasPrefix(text, "${") {
		if end := strings.IndexByte(text, '}'); end > 2 {
			return text[2:end], text[end+1:]
		}
		return "", text
	}
	end := 1
	for end < len(text) && isNameByte(text[end]) {
		end++
	}
	return text[1:end], text[end:]
}

func isNameByte(c byte) bool {
	return c == '_' || c-'0' <= 9 || (c|0x20)-'a' < 26
}

// nginxTogether settles what variables mean together.
func nginxTogether(tokens []token) []token {
	realip := false
	for _, t := range tokens {
		realip = realip || t.piece != nil && t.piece.name == "$realip_remote_addr"
	}
	kept := tokens[:0]
	for i, t := range tokens {
		if t.piece != nil && t.piece.name == "$remote_addr" && realip {
			t.piece.field = fieldClient // what set_real_ip_from, the operator's word, made of the peer
		}
		// The '?' of $is_args belongs to the arguments right behind it.
		if t.piece != nil && t.piece.name == "$is_args" && i+2 < len(tokens) && tokens[i+1].text == "" && tokens[i+2].piece != nil {
			continue
		}
		kept = append(kept, t)
	}
	return kept
}
