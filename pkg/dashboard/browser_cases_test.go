package dashboard

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/floodgauge/floodgauge/schemas"
)

// A page that is open tells of an attack when it begins, when it grows and when it ends.
func TestBrowserSeesAttacksComeAndGo(t *testing.T) {
	b := newBrowser(t)
	b.store.fillMinutes("a.example", 5, teaTime, full)
	b.opens("/sites/a.example?range=1h")
	b.waits(drawn)
	b.waits(`document.querySelector(".cases").innerText.includes("Nothing stood out")`)
	b.store.attacked("a.example", attackBegan, 3, calm("volumetric", schemas.Verdict_VERDICT_WATCH))
	b.server.Notify(teaTime)
	b.waits(`document.querySelector(".calm")?.innerText.includes("Worth a look")`)
	b.waits(`document.querySelectorAll("#chart-requests .slots tr.marked").length === 3`)
	b.store.attacked("a.example", attackBegan.Add(3*time.Minute), 3, func(*schemas.Finding) {})
	b.server.Notify(teaTime)
	b.waits(`document.querySelector(".case.grave")?.innerText.includes("under attack")`)
	b.waits(`document.querySelectorAll("#chart-requests .slots tr.marked.grave").length === 6`)
	b.set(teaTime.Add(30 * time.Minute))
	b.server.Notify(teaTime.Add(30 * time.Minute))
	b.waits(`!document.querySelector(".case.grave")`)
	b.waits(`document.querySelector(".cases tbody")?.rows.length === 1`)
}

// Somebody comes from the list to the case, copies the rule and says that it is no attack, by keyboard.
func TestBrowserHasAWord(t *testing.T) {
	b := newBrowser(t)
	b.store.fillMinutes("a.example", 5, teaTime, full)
	b.store.attacked("a.example", attackBegan, 6, func(*schemas.Finding) {})
	b.opens("/")
	b.does(chromedp.Focus(".alarm a"), chromedp.KeyEvent(kb.Enter))
	b.waits(`location.pathname.includes("/cases/")`)
	b.does(chromedp.Focus(".export summary"), chromedp.KeyEvent(kb.Enter))
	b.waits(`document.querySelector(".export").open && getComputedStyle(document.querySelector(".copy")).display !== "none"`)
	b.does(chromedp.Evaluate[chromedp.Void](`navigator.clipboard.writeText = async (text) => { window.copied = text; }`), chromedp.Focus(".copy"), chromedp.KeyEvent(kb.Enter))
	b.waits(`window.copied?.includes("map $host") && document.querySelector(".copy").innerText === "Copied"`)
	b.does(chromedp.Focus(`form[action$="/feedback"] button`), chromedp.KeyEvent(kb.Enter))
	b.waits(`document.body.innerText.includes("Somebody said that this is no attack")`)
	b.does(chromedp.Focus(`form[action$="/feedback/undo"] button`), chromedp.KeyEvent(kb.Enter))
	b.waits(`document.querySelector("h1").innerText.includes("under attack")`)
}

func TestBrowserShowsCasesWithoutScripts(t *testing.T) {
	b := newBrowser(t)
	b.store.fillMinutes("a.example", 5, teaTime, full)
	b.store.attacked("a.example", attackBegan, 6, func(*schemas.Finding) {})
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	b.opens("/sites/a.example")
	b.does(chromedp.WaitVisible(`.case.grave`), chromedp.WaitVisible(`#chart-requests .band`), chromedp.Click(`.case.grave a`), chromedp.WaitVisible(`.rules`), chromedp.Click(`.export summary`))
	text, err := chromedp.Run(b.ctx, chromedp.Text(`.export pre`))
	if err != nil || !strings.Contains(text, "map $host") {
		t.Errorf("the rule is %q (%v)", text, err)
	}
	b.does(chromedp.Click(`form[action$="/feedback"] button`), chromedp.WaitVisible(`form[action$="/undo"]`), chromedp.Click(`form[action$="/undo"] button`),
		chromedp.WaitVisible(`.case.grave`))
}

// Somebody with a phone, a keyboard and no scripts goes from the sentence about several sites to a case and on to the next site's.
func TestBrowserGoesAlongACampaign(t *testing.T) {
	b := newBrowser(t)
	for _, host := range []string{"a.example", "b.example", "a-shop-with-a-rather-long-name.customers.example.org"} {
		b.store.fillMinutes(host, 5, teaTime, full)
		b.store.attacked(host, attackBegan, 6, func(*schemas.Finding) {})
	}
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	b.opens("/")
	b.does(chromedp.EmulateViewport(390, 800), chromedp.WaitVisible(`.campaign`))
	if answer[bool](b, `document.documentElement.scrollWidth > innerWidth`) {
		t.Error("the list is wider than a phone")
	}
	for _, next := range []string{`.campaign a[href*="/a.example/"]`, `.campaign a[href*="/b.example/"]`, `.campaign a[href*="/a.example/"]`} {
		b.does(chromedp.Focus(next), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(`.case .campaign`))
	}
}
