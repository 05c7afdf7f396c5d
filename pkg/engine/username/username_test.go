package username

import "testing"

func TestKnows(t *testing.T) {
	const users = "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\nbroken\n"
	for uid, want := range map[int]bool{0: true, 65534: true, 6553: false, 1000: false} {
		if knows(users, uid) != want {
			t.Errorf("knows(%d) = %v", uid, !want)
		}
	}
	if knows("", 0) {
		t.Error("an empty list knows somebody")
	}
}
