package publicpage

import "net/http"

// FrontPath is the first page; all others stand under it.
const FrontPath = "/report"

const lookPath = FrontPath + "/look"

// Front is the first page: whom to call, and the doors.
func (p *Pages) Front(w http.ResponseWriter, r *http.Request) error {
	return p.show(w, r, http.StatusOK, view{
		Title:  "孩子遇到困难或者危险，请告诉我们",
		Lead:   "有人正在受伤害，请先打电话，不用先填表。",
		Phones: p.phones(false),
		Doors: []door{
			{"我要报告", "为别的孩子报告，可以不留姓名，大约两分钟", "/report/new"},
			{"我是孩子", "用简单的话告诉我们，我们会帮你", "/report/child"},
			{"单位和工作人员报告", "学校、医院、村（社区）、宾馆等依法强制报告", "/report/duty"},
			{"查看办理情况", "凭提交时得到的16位查询码", "/report/look"},
		},
		Notes: []string{
			"可以匿名。我们不记录您的网络地址、手机型号和输入时间；办理人员看不到您是谁。网络运营者的记录不由我们掌握。",
			"报告内容加密保存，只有办理人员能看，每次查看都留下记录。",
		},
	})
}
