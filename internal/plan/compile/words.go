package compile

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"weibao/internal/script"
)

// modal: somebody is told to do something.
var modal = regexp.MustCompile(`要|应当?|须|必须|负责|不得|严禁|确保|落实|加强|建立|完善|开展`)

// sectionClass says what a heading announces.
type sectionClass int

const (
	classDuties  sectionClass = iota
	classPreface              // guiding thought, principles, meaning, definitions: no duty below it
	classGoal                 // aims, with or without a horizon
	classObject               // whom it is about
	classPeriod               // when it runs
)

var sectionRules = []struct {
	class sectionClass
	re    *regexp.Regexp
}{
	{classPreface, regexp.MustCompile(`^(总则|附则)$|指导思想|^总体(要求|思路|原则)|(基本|工作|实施|遵循|行动|总体)原则|^原则$|(重要|重大|现实)?意义|必要性|重要性|^(工作|基本|制定|编制|起草)?(背景|依据|目的|现状|概况|基本情况)|存在(的)?(主要|突出)?问题|名词解释|^术语|解释机关`)},
	{classGoal, regexp.MustCompile(`^(工作|总体|主要|行动|活动|整治|发展|创建|具体|阶段|年度|总的|预期)?目标(要求|设定|和要求)?$|^目标任务$|^工作思路`)},
	{classObject, regexp.MustCompile(`^(明确)?(保护|服务|工作|关爱|帮扶|重点|救助|适用|实施|走访|排查|摸排|保障|评估|干预|整治|监测|试点|参与|参加|培训|活动|查询|报告|检查|受理)*(的)?(对象|群体|人群|范围)((及|和|与|、)(其)?(范围|群体|对象|内容|界定|分类|条件))?$`)},
	{classPeriod, regexp.MustCompile(`^(活动|行动|实施|工作|整治|排查|专项行动|起止|活动起止)(时间|期限|周期)(安排)?$|^时间(安排|要求|进度)$`)},
}

// classOf classifies a heading by its words.
func classOf(head string) sectionClass {
	head = strings.Trim(script.Squeeze(head), "。:;,、.")
	if utf8.RuneCountInString(head) > 30 {
		return classDuties
	}
	for _, r := range sectionRules {
		if r.re.MatchString(head) {
			return r.class
		}
	}
	return classDuties
}
