package publicpage

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/ui"
)

// childPath is under what all pages in a child's own words stand, so that
// whatever goes wrong there is told in them, too.
const childPath = FrontPath + "/child"

// voice is how the pages after a report speak: to an adult, or to a child.
type voice struct {
	Child                            bool
	Path                             string // under which the pages that speak so take what is sent
	Home                             string
	Back, Front                      string // links at the foot
	Receipt, Sent                    string // over the digits, and before the time
	Wait, Auto, Danger               string // while more comes than people send; %d seconds
	look, lookLabel, lookHint, check string
	progress, office, own            string
	add, answer, addHint, send       string
	file, fileHint, upload, got      string
	rate, rateHint, rated, rateSend  string
	failed                           string
	retry                            []string
	lost, lostText                   string
	closed, closedText               string
	doors                            []door
	marks                            map[string]string // for an outcome; nil: as they are called
	states                           map[intake.State]string
}

var adultVoice = voice{
	Path: FrontPath, Home: FrontPath, Back: "凭查询码查看", Front: "首页", Receipt: "查询码", Sent: "提交时间",
	Wait: "现在提交的特别多，请等%d秒再点下面的按钮。填写的内容都在，不会丢。", Auto: "正在自动核对，要几秒钟，完成后自动提交，不用操作。",
	Danger: "孩子现在有危险的不用等：直接拨打110；也可以点“上一步”，在第1步选“有危险”。",
	look:   "查看办理情况", lookLabel: "查询码", lookHint: "16位数字，有没有空格都可以", check: "查看",
	progress: "办理情况", office: "未保办", own: "您",
	add: "补充情况", answer: "回答上面的问题", addHint: "孩子有新的危险，请直接拨打110。", send: "发送",
	file: "补充照片", fileHint: "照片里的拍摄地点、时间、手机型号会自动去掉，文件名也不保存。", upload: "上传", got: "照片已经收到。",
	rate: "您对办理结果满意吗", rateHint: "可以不回答，不影响任何事。办理人员看不到是谁评价的；以后可以改。", rated: "您的评价已经记下，谢谢。", rateSend: "提交评价",
	failed: "没有提交成功", retry: []string{"您填写的内容没有保存。可以用浏览器的“返回”回到上一页重试，也可以直接拨打上面的电话。"},
	lost: "没有这个页面", lostText: "地址可能输错了。请从下面重新进入。",
	closed: "这一页不能直接打开", closedText: "已经提交的内容不受影响。要接着看、接着写，请从下面重新进入。",
	doors: []door{{"查看办理情况", "凭提交时得到的16位查询码，也可以补充情况", lookPath}, {"首页", "报告、求助都从这里进", FrontPath}},
}

var childVoice = voice{
	Child: true, Path: childPath, Home: childPath, Back: "回来看看", Front: "首页", Receipt: "你的16个数字（查询码）", Sent: "你告诉我们的时间",
	Wait: "现在找我们的人特别多。请等%d秒，再按下面的按钮。你写的都在，不会丢。", Auto: "请等几秒钟，会自己发出去，不用按。",
	Danger: "你现在有危险就不用等：马上打110；也可以按“上一步”，在第1步选“有危险”。",
	look:   "看看我们写给你的话", lookLabel: "你抄下来的16个数字", lookHint: "中间有没有空格都可以", check: "看看",
	progress: "我们在做什么", office: "帮助你的人", own: "你",
	add: "还想告诉我们什么", answer: "回答上面的问题", addHint: "又有危险了，马上打110。写错字也没关系。", send: "发给我们",
	file: "给我们看照片", fileHint: "照片里的地点、时间、手机型号会自动去掉。不想给就不给。", upload: "发照片", got: "照片我们收到了。",
	rate: "我们帮到你了吗", rateHint: "可以不回答。没有人知道是谁选的；以后也可以改。", rated: "我们记下了，谢谢你。", rateSend: "选好了",
	failed: "没有发出去", retry: []string{"你写的还没有发出去。请按“返回”回到上一页再试一次，也可以打上面的电话，不要钱。"},
	lost: "没有这一页", lostText: "可能是地址写错了。从下面进去就可以。",
	closed: "这一页不能直接打开", closedText: "你以前写的都还在。从下面进去，接着看、接着写。",
	doors: []door{{"看看我们写给你的话", "要用你抄下来的16个数字", childPath + "/look"}, {"告诉我们", "有事想说，从这里开始", childPath}},
	marks: map[string]string{"good": "帮到了", "fair": "帮到了一点", "poor": "没有帮到"},
	states: map[intake.State]string{intake.Received: "我们收到了", intake.Accepted: "有人在管这件事", intake.Decided: "有人在帮你", intake.Closed: "我们写好了回答",
		intake.Rejected: "我们写好了回答", intake.Merged: "有人在帮你"},
}

// ForChildren tells whether a request is for a page in a child's own words.
func ForChildren(r *http.Request) bool {
	return r.URL.Path == childPath || strings.HasPrefix(r.URL.Path, childPath+"/")
}

// voiceOf is how to speak on the pages of a request.
func voiceOf(r *http.Request) *voice {
	if ForChildren(r) {
		return &childVoice
	}
	return &adultVoice
}

// about is how to speak of a report: as it was told.
func about(found intake.Progress) *voice {
	if found.Child {
		return &childVoice
	}
	return &adultVoice
}

func (v *voice) state(found intake.Progress) string {
	if words := v.states[found.State]; words != "" {
		return words
	}
	return found.State.Label()
}

// mark is what an outcome is called.
func (v *voice) mark(value, label string) string {
	if words := v.marks[value]; words != "" {
		return words
	}
	return label
}

// simple is what a child is told of each thing that can be wrong.
var simple = map[string]string{
	"text": "请写一句话，不要超过2000个字。", "receipt": "数字不对。请看看你抄的16个数字，一个一个再对一遍。", "file": "这个发不了。请选一张照片，再试一次。",
	"narrative": "请写一句话，让我们知道怎么了。太长的话删掉一些。", "danger": "请选一个。不知道就选“不清楚”。", "what": "请选一个。说不清就选最后一个。",
	"place": "写得太长了，删掉一些。", "region": "请从里面选一个，不知道就选第一个。", "reporter": "名字或者电话写得太长了，删掉一些。", "mark": "请选一个，也可以不选。",
}

// plainly puts what is wrong into words of this voice.
func (v *voice) plainly(err error) error {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || !v.Child {
		return err
	}
	out := &errs.Error{Kind: e.Kind, Message: "有一个地方要改一下，看红色的字。", Fields: map[string]string{}}
	for name, words := range e.Fields {
		if simple[name] != "" {
			words = simple[name]
		}
		out.Fields[name] = words
	}
	return out
}

// trouble is the page of what went wrong for reasons of our own, or of how
// often somebody tried.
func (v *voice) trouble(err error) string {
	if !v.Child {
		return message(err)
	}
	switch errs.KindOf(err) {
	case errs.TooMany:
		return "今天你已经写了很多次，明天再来写。有危险马上打110。"
	case errs.TooLarge:
		return "照片太大了，请选一张小一点的。"
	case errs.NotFound:
		return simple["receipt"]
	case errs.Invalid:
		return "有的内容没有传过来，请再试一次。"
	}
	return "我们的电脑现在记不下来。有危险马上打110；没有危险，过一会儿再来。"
}

// fill shows a form again with what was typed and what is wrong with it.
func (v *voice) fill(f ui.Form, typed url.Values, problem error) ui.Form {
	return f.Fill(typed, v.plainly(problem))
}
