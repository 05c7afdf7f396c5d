package summarize

import (
	"bytes"

	"github.com/floodgauge/floodgauge/pkg/report"
)

// loginPaths are ends of paths where a status that is no error tells of passwords, or hides them. Here are those only that nothing but one widely used
// program has. Not here are Joomla's, which answers 303 to right and wrong passwords (joomla-cms issue 15412), and Drupal's /user/login, which answers the
// form again, as other programs answer a right password at such a path.
var loginPaths = []struct {
	end   []byte
	login report.Login
}{
	{[]byte("/wp-login.php"), report.LoginForm}, // Wordpress: its ticket 25446, and CrowdSec's scenario http-bf-wordpress_bf
	{[]byte("/admin/login/"), report.LoginForm}, // Django: https://tech.marksblogg.com/django-admin-logins.html, and linkding's issue 677
	{[]byte("/xmlrpc.php"), report.LoginCalls},  // Wordpress: CrowdSec's scenario http-bf-wordpress_bf_xmlrpc
}

// loginAt is how a raw path answers passwords.
func loginAt(path []byte) report.Login {
	path, _, _ = bytes.Cut(path, []byte("?"))
	for i := range loginPaths {
		if bytes.HasSuffix(path, loginPaths[i].end) {
			return loginPaths[i].login
		}
	}
	return report.LoginNone
}
