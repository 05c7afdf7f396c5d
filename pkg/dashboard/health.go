package dashboard

import (
	"fmt"
	"net/http"
)

// healthz says that the process is alive.
func (s *Server) healthz(w http.ResponseWriter, _ *request) error {
	_, _ = fmt.Fprintln(w, "alive")
	return nil
}

// readyz says whether the store answers and the collector goes on. It gives no reasons: anybody may ask.
func (s *Server) readyz(w http.ResponseWriter, r *request) error {
	_, err := s.config.Reader.Status(r.Context())
	live := s.config.Live()
	switch {
	case err != nil:
		s.config.Log.Error("the store does not answer", "error", err)
		return &problem{http.StatusServiceUnavailable, "Not ready", "The store does not answer."}
	case live.Halted != "":
		return &problem{http.StatusServiceUnavailable, "Not ready", "The collector is halted."}
	}
	_, _ = fmt.Fprintln(w, "ready")
	return nil
}
