package dashboard

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// browser is a tab of a real browser that looks at a page.
type browser struct {
	*page
	ctx context.Context
	url string
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	p := newPage(t)
	web := httptest.NewServer(p.server)
	t.Cleanup(web.Close)
	t.Cleanup(p.server.Close)
	options := []chromedp.ExecAllocatorOption{chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.UserDataDir(t.TempDir())}
	for _, flag := range []string{"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 2*patience)
	t.Cleanup(cancel)
	return &browser{page: p, ctx: ctx, url: web.URL}
}

// patience is how long a page may take on a busy machine.
const patience = 90 * time.Second

func (b *browser) does(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) opens(target string) {
	b.t.Helper()
	b.does(chromedp.EmulateViewport(1280, 900), chromedp.Navigate(b.url+target))
}

// waits until an expression of the page's is true. A page that gives way to another one takes the question with it, which is then asked of the next.
func (b *browser) waits(expression string) {
	b.t.Helper()
	for {
		_, err := chromedp.Run(b.ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(patience)))
		switch {
		case err == nil:
			return
		case b.ctx.Err() == nil && !errors.Is(err, chromedp.ErrPollingTimeout):
			continue
		}
		body, _ := asks[string](b, `document.querySelector("main").innerText`)
		b.t.Fatalf("%s did not come true (%v) on:\n%.1500s", expression, err, body)
	}
}

func asks[T any](b *browser, expression string) (T, error) {
	return chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
}

func answer[T any](b *browser, expression string) T {
	b.t.Helper()
	v, err := asks[T](b, expression)
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

const drawn = `document.querySelectorAll(".plot canvas").length === 5`

// Somebody opens the page before there is any traffic, and sees it come.
func TestBrowserSeesTrafficCome(t *testing.T) {
	b := newBrowser(t)
	b.opens("/")
	b.waits(`document.body.innerText.includes("No request has been read yet")`)
	b.store.fillMinutes("a.example", 2, teaTime, full)
	b.waits(`!document.getElementById("pause").hidden`)
	b.server.Notify(teaTime)
	b.waits(`document.querySelector("table.sites")?.innerText.includes("a.example")`)
	b.does(chromedp.Click(`table.sites a`))
	b.waits(drawn)
	const rows = `document.querySelectorAll("#chart-requests .slots tbody tr")`
	b.waits(rows + `.length === 60`)
	b.waits(rows + `[0].textContent.includes("still counting")`)
	// The next minute begins; the one before is closed.
	b.store.put(reportstore.Closed, report("a.example", reportstore.Minute, teaTime.Truncate(time.Minute), 2))
	next := teaTime.Truncate(time.Minute).Add(time.Minute)
	b.set(next.Add(5 * time.Second))
	b.store.put(reportstore.Provisional, report("a.example", reportstore.Minute, next, 0.7))
	b.server.Notify(next)
	b.waits(rows + `[0].dataset.t === "2026-11-25T14:04:00Z"`)
	b.waits(`!` + rows + `[1].textContent.includes("still counting")`)
	if n := answer[int](b, rows+`.length`); n != 60 {
		t.Errorf("the table has %d rows when the hour has moved on", n)
	}
	b.waits(`document.querySelector(".fresh").innerText.includes("14:04:59")`) // figures and lists follow
}

// Only what is new is asked for.
func TestBrowserAsksForDeltas(t *testing.T) {
	b := newBrowser(t)
	b.store.fillMinutes("a.example", 2, teaTime, full)
	b.opens("/sites/a.example?range=1h")
	b.waits(drawn)
	b.server.Notify(teaTime)
	b.waits(`Number(document.querySelector(".charts").dataset.drawn) >= 2`)
	asked := answer[string](b, `performance.getEntriesByType("resource").map((r) => r.name).filter((n) => n.includes("/series")).join("\n")`)
	if !strings.Contains(asked, "range=1h&step=minute") || !strings.Contains(asked, "from=2026-11-25T14%3A02%3A00Z") {
		t.Errorf("the page asked for\n%s", asked)
	}
}

func TestBrowserPauses(t *testing.T) {
	b := newBrowser(t)
	b.store.fillMinutes("a.example", 2, teaTime, full)
	b.opens("/sites/a.example?range=1h")
	b.waits(drawn)
	b.does(chromedp.Click("#pause"))
	b.waits(`document.getElementById("pause").innerText === "Resume"`)
	for b.streams() > 0 { // the page closes its stream; the browser says so when it does
		b.waits("true")
	}
	b.does(chromedp.Click("#pause"))
	for b.streams() == 0 {
		b.waits("true")
	}
	b.server.Notify(teaTime)
	b.waits(`Number(document.querySelector(".charts").dataset.drawn) >= 2`)
}

func (b *browser) streams() int {
	b.server.events.mu.Lock()
	defer b.server.events.mu.Unlock()
	return len(b.server.events.streams)
}

func TestBrowserChoosesRanges(t *testing.T) {
	b := newBrowser(t)
	b.store.fill("a.example", 2, teaTime, full)
	b.opens("/sites/a.example?range=1h")
	for name, rows := range map[string]string{"15 min": "15", "24 h": "24", "1 year": "365"} {
		b.does(chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll(".ranges a")].find((a) => a.innerText === "` + name + `").click()`))
		b.waits(`document.querySelector(".ranges a[aria-current]")?.innerText === "` + name + `" && ` + drawn)
		b.waits(`document.querySelectorAll("#chart-latency .slots tbody tr").length === ` + rows)
	}
	b.does(chromedp.Evaluate[chromedp.Void](`
		document.querySelector(".custom").open = true;
		document.querySelector("[name=from]").value = "2026-11-25T09:00";
		document.querySelector("[name=to]").value = "2026-11-25T11:00";
		document.querySelector(".custom form").requestSubmit();`))
	b.waits(`location.search.includes("from=") && ` + drawn)
	b.waits(`document.querySelectorAll("#chart-latency .slots tbody tr").length === 120`)
}

func TestBrowserWithoutScripts(t *testing.T) {
	b := newBrowser(t)
	b.store.fill("a.example", 2, teaTime, full)
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	b.opens("/")
	b.does(chromedp.WaitVisible(`table.sites a`), chromedp.Click(`table.sites a`), chromedp.WaitVisible(`.figures`))
	b.does(chromedp.Click(`#chart-requests summary`), chromedp.WaitReady(`#chart-requests .slots tbody tr:nth-child(60)`),
		chromedp.WaitVisible(`#chart-requests .plot svg`))
	text, err := chromedp.Run(b.ctx, chromedp.Text(`#top_paths`))
	if err != nil || !strings.Contains(text, "/news/{id}") {
		t.Errorf("the paths are %q (%v)", text, err)
	}
	b.does(chromedp.Click(`.ranges a:nth-of-type(5)`), chromedp.WaitVisible(`.ranges a:nth-of-type(5)[aria-current]`))
}

func TestBrowserOnAPhone(t *testing.T) {
	b := newBrowser(t)
	b.store.fill("a-site-with-a-very-long-name-that-does-not-fit.subdomain.of-an-example.org", 200, teaTime,
		func(r *schemas.TrafficReport) *schemas.TrafficReport {
			r.TopPaths[1].Path = "/" + strings.Repeat("a-long-path-without-any-place-to-break", 4)
			return r
		})
	b.store.status.Sources = []reportstore.SourceState{{Source: "/var/log/nginx/" + strings.Repeat("long", 20) + ".log",
		Problem: strings.Repeat("a/long/path", 20)}}
	const long = "a-site-with-a-very-long-name-that-does-not-fit.subdomain.of-an-example.org"
	b.store.attacked(long, attackBegan, 6, func(f *schemas.Finding) { f.Standouts[1].Value = "/" + strings.Repeat("a-long-path", 12) })
	for _, target := range []string{"/", "/sites/" + long + "?range=24h", CasePath(long, attackBegan), "/status", "/login", "/nowhere"} {
		b.does(chromedp.EmulateViewport(390, 844), chromedp.Navigate(b.url+target))
		switch {
		case strings.Contains(target, "/cases/"):
			b.does(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("details").forEach((d) => { d.open = true; })`))
		case strings.HasPrefix(target, "/sites/"):
			b.waits(drawn)
		}
		if width := answer[int](b, `document.documentElement.scrollWidth`); width > 390 {
			t.Errorf("%s is %d wide", target, width)
		}
	}
}

// Text keeps a contrast of 4.5 to 1 against what is behind it, by day and by night.
func TestBrowserContrast(t *testing.T) {
	b := newBrowser(t)
	b.store.fillMinutes("a.example", 2, teaTime, full)
	b.store.attacked("a.example", attackBegan, 6, func(*schemas.Finding) {})
	for _, scheme := range []string{"light", "dark"} {
		features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}
		if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}); err != nil {
			t.Fatal(err)
		}
		for _, target := range []string{"/", "/sites/a.example", casePageOfA, "/status", "/login"} {
			b.opens(target)
			b.does(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("details").forEach((d) => { d.open = true; })`))
			if poor := answer[string](b, contrast); poor != "" {
				t.Errorf("%s by %s has little contrast in %s", target, scheme, poor)
			}
		}
		ground := answer[string](b, `getComputedStyle(document.body).backgroundColor`)
		if dark := strings.HasPrefix(ground, "rgb(15,"); dark != (scheme == "dark") {
			t.Errorf("by %s the ground is %s", scheme, ground)
		}
	}
}

// contrast lists the elements with text of their own whose contrast is below 4.5 to 1, as WCAG 2 defines it.
const contrast = `(() => {
	const parts = (color) => color.match(/[\d.]+/g).map(Number);
	const linear = (v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
	const light = (color) => {
		const [r, g, b] = parts(color).slice(0, 3).map((v) => linear(v / 255));
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const ground = (e) => {
		for (; e; e = e.parentElement) {
			const color = getComputedStyle(e).backgroundColor, p = parts(color);
			if (p.length < 4 || p[3] === 1) return color;
		}
		return "rgb(255, 255, 255)";
	};
	const poor = (e) => {
		const a = light(getComputedStyle(e).color), b = light(ground(e));
		return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5;
	};
	const hasText = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) && e.getClientRects().length;
	return [...document.querySelectorAll("body *")].filter((e) => hasText(e) && poor(e))
		.map((e) => e.tagName + "." + e.className + " " + e.textContent.slice(0, 30)).join("; ");
})()`

// Everything that can be clicked can be reached by the keyboard, and the charts are read by the arrow keys.
func TestBrowserByKeyboard(t *testing.T) {
	b := newBrowser(t)
	b.store.fillMinutes("a.example", 2, teaTime, full)
	b.opens("/sites/a.example?range=1h")
	b.waits(drawn)
	b.does(chromedp.Focus("#chart-requests .plot"), chromedp.KeyEvent(kb.ArrowLeft))
	b.waits(`/^14:0\d: 2xx .*, 5xx /.test(document.getElementById("summary").textContent)`)
}

// Behind a proxy an owner signs in with a token, sees the own site move, and signs out.
func TestBrowserSignsIn(t *testing.T) {
	b := newBrowser(t)
	b.store.fillMinutes("a.example", 2, teaTime, full)
	b.store.fillMinutes("b.example", 2, teaTime, full)
	token := b.token(access.Token{Sites: []string{"a.example"}})
	headers := network.SetExtraHTTPHeadersParams{Headers: network.Headers{"X-Forwarded-For": "192.0.2.7"}}
	if _, err := chromedp.Call(b.ctx, network.SetExtraHTTPHeaders, headers); err != nil {
		t.Fatal(err)
	}
	b.opens("/sites/a.example?range=15m")
	b.waits(`location.pathname === "/login"`)
	b.does(chromedp.SendKeys("#token", "wrong"+kb.Enter))
	b.waits(`document.querySelector("[role=alert]")?.innerText.includes("unknown or was revoked")`)
	b.does(chromedp.SendKeys("#token", token+kb.Enter))
	b.waits(`location.search === "?range=15m" && ` + drawn)
	b.server.Notify(teaTime)
	b.waits(`Number(document.querySelector(".charts").dataset.drawn) >= 2`)
	b.does(chromedp.Navigate(b.url + "/"))
	b.waits(`document.querySelector("table.sites")?.rows.length === 2`)
	b.does(chromedp.Submit(`form[action="/logout"]`))
	b.waits(`location.pathname === "/login"`)
	b.does(chromedp.Navigate(b.url + "/status"))
	b.waits(`location.pathname === "/login"`)
}

func TestBrowserReportsNoBrokenPolicy(t *testing.T) {
	b := newBrowser(t)
	b.store.fillMinutes("a.example", 2, teaTime, full)
	const reports = `new Promise((done) => {
		new ReportingObserver((all) => done(JSON.stringify(all)), { buffered: true }).observe();
		setTimeout(() => done(""), 0);
	})`
	b.store.attacked("a.example", attackBegan, 6, func(*schemas.Finding) {})
	for _, target := range []string{"/", "/sites/a.example", casePageOfA, "/status", "/login"} {
		b.opens(target)
		if target == "/sites/a.example" {
			b.waits(drawn)
		}
		broken, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](reports, chromedp.EvalAwaitPromise))
		if err != nil || broken != "" {
			t.Errorf("%s breaks the content policy: %s (%v)", target, broken, err)
		}
	}
}
