package ui

import "weibao/internal/access"

// Section is an entry of the left navigation: work, not tables.
type Section struct {
	Key, Label, Icon string
}

// Sections stand in the order in which a person meets the work.
var Sections = []Section{
	{"desk", "工作台", "desk"},
	{"intake", "报告受理", "intake"},
	{"casework", "个案", "case"},
	{"child", "未成年人", "child"},
	{"screening", "排查评估", "screen"},
	{"visit", "走访关爱", "visit"},
	{"plan", "方案任务", "plan"},
	{"supervision", "督查考核", "supervise"},
	{"meeting", "会商通报", "meeting"},
	{"library", "政策案例", "library"},
	{"board", "驾驶舱", "board"},
	{"system", "系统", "system"},
}

// Entry tells that a section exists: where it begins and who may open it.
// Several entries of one section are tried in order, so that each role comes
// in through the first door that is open to him.
type Entry struct {
	Key        string // of a Section
	Path       string
	Permission access.Permission
	Label      string // its tab among the section's own, where it has several
}

// Tabs gives the tabs of a section that the actor can open, with the one that
// begins at path marked; none where there is but one.
func (r *Renderer) Tabs(by access.Actor, section, path string) []Tab {
	var tabs []Tab
	for _, e := range r.opts.Nav {
		if e.Key == section && e.Label != "" && by.Can(e.Permission) {
			tabs = append(tabs, Tab{Label: e.Label, Href: e.Path, Here: e.Path == path})
		}
	}
	if len(tabs) < 2 {
		return nil
	}
	return tabs
}

// reaches tells whether the page at path is open to the actor, or not of the navigation.
func reaches(entries []Entry, by access.Actor, path string) bool {
	for _, e := range entries {
		if e.Path == path {
			return by.Can(e.Permission)
		}
	}
	return true
}

type navItem struct {
	Section
	Href   string
	Here   bool
	Count  int
	Urgent bool
}

// nav gives what the actor can open and what exists, in the order of Sections.
func nav(entries []Entry, by access.Actor, here string) []navItem {
	var items []navItem
	for _, s := range Sections {
		for _, e := range entries {
			if e.Key == s.Key && by.Can(e.Permission) {
				items = append(items, navItem{Section: s, Href: e.Path, Here: here == s.Key})
				break
			}
		}
	}
	return items
}
