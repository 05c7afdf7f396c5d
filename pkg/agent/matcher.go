package agent

// matcher finds the literals of all terms in one pass, without regard to case: the automaton of Aho and Corasick as a table.
type matcher struct {
	classes  [256]uint8 // byte → column of the table; 0 for bytes that no literal has
	columns  int
	next     []uint16 // state × column → state
	firstEnd []uint32 // state → the first of its terms in endIDs; those of state s end where those of s+1 begin
	endIDs   []uint16
}

func (m *matcher) step(state int, b byte) int { return int(m.next[state*m.columns+int(m.classes[b])]) }

// ends returns the terms whose literals end at a state.
func (m *matcher) ends(state int) []uint16 { return m.endIDs[m.firstEnd[state]:m.firstEnd[state+1]] }

func newMatcher(terms []term) *matcher {
	m := &matcher{columns: 1}
	for _, t := range terms {
		for i := range len(t.literal) {
			if b := lower(t.literal[i]); m.classes[b] == 0 {
				m.classes[b] = uint8(m.columns)
				m.columns++
			}
		}
	}
	for b := 'A'; b <= 'Z'; b++ {
		m.classes[b] = m.classes[lower(byte(b))]
	}
	ids := m.addLiterals(terms)
	m.link(ids)
	return m
}

func lower(b byte) byte {
	if b >= 'A' && b <= 'Z' {
		return b | 0x20
	}
	return b
}

// addLiterals builds the trie and returns the terms that end at each state.
func (m *matcher) addLiterals(terms []term) [][]uint16 {
	length := 1
	for _, t := range terms {
		length += len(t.literal)
	}
	m.next = make([]uint16, m.columns, length*m.columns)
	ids := [][]uint16{nil}
	for id, t := range terms {
		state := 0
		for i := range len(t.literal) {
			at := state*m.columns + int(m.classes[t.literal[i]])
			if m.next[at] == 0 {
				m.next[at] = uint16(len(ids))
				m.next = m.next[:len(m.next)+m.columns]
				ids = append(ids, nil)
			}
			state = int(m.next[at])
		}
		ids[state] = append(ids[state], uint16(id))
	}
	return ids
}

// link turns the trie into the automaton, breadth first: a missing edge becomes the edge of the longest suffix that is a prefix of some
// literal, and a state takes over the terms of that suffix.
func (m *matcher) link(ids [][]uint16) {
	fail := make([]int, len(ids))
	queue := make([]int, 1, len(ids))
	for len(queue) > 0 {
		state := queue[0]
		queue = queue[1:]
		for column := range m.columns {
			at, suffix := state*m.columns+column, m.next[fail[state]*m.columns+column]
			child := int(m.next[at])
			if child == 0 {
				m.next[at] = suffix
				continue
			}
			if state != 0 {
				fail[child] = int(suffix)
				ids[child] = append(ids[child], ids[suffix]...)
			}
			queue = append(queue, child)
		}
	}
	for _, list := range ids {
		m.firstEnd = append(m.firstEnd, uint32(len(m.endIDs)))
		m.endIDs = append(m.endIDs, list...)
	}
	m.firstEnd = append(m.firstEnd, uint32(len(m.endIDs)))
}
