package report

import "github.com/floodgauge/floodgauge/pkg/vocabulary"

// Login is how a path answers passwords, where its status is not an error's.
type Login uint8

// The ways.
const (
	LoginNone  Login = iota
	LoginForm        // a wrong password is answered by the form again, with status 200; a right one by a redirect
	LoginCalls       // every call is answered by status 200, whatever came of it
)

// CallsPath is the PathHash of all paths of LoginCalls, so that a client's table tells how often it called one. What a keyed hash gives is another one, but
// for one path in four billion.
const CallsPath uint32 = 0x63616c6c

// refusedPost tells of a POST request that was answered as a wrong password is.
func refusedPost(r *Request) bool {
	return r.Method == vocabulary.MethodPost && (failedLogin(r.Status) || r.formAgain())
}

// formAgain tells of a password that was answered by the form again.
func (r *Request) formAgain() bool {
	return r.Login == LoginForm && r.Status == 200 && r.Method == vocabulary.MethodPost
}

// failedLogin tells of an error that servers answer wrong passwords by.
func failedLogin(status uint16) bool {
	switch status {
	case 400, 401, 403, 422, 429:
		return true
	}
	return false
}
