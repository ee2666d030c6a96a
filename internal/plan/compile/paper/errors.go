package paper

// Kind says what is wrong with a file that could not be compiled.
type Kind string

// The kinds of failure.
const (
	Empty     Kind = "empty"
	TooLarge  Kind = "too_large"
	Binary    Kind = "binary"
	Encoding  Kind = "encoding"
	Encrypted Kind = "encrypted"
	Macro     Kind = "macro"
	LegacyDoc Kind = "legacy_doc"
	Bomb      Kind = "zip_bomb"
	Damaged   Kind = "damaged"
	Format    Kind = "format"
	NotPlan   Kind = "not_plan"
)

// MaxBytes is the largest file that is read.
const MaxBytes = 50 << 20

// messages say what is wrong and what to do.
var messages = map[Kind]string{
	Empty:     "文件是空的，没有任何文字。请确认选对了文件后重新上传。",
	TooLarge:  "文件超过 50 MB，不像是一份工作方案。请去掉图片等附件，只保留方案正文后重新上传。",
	Binary:    "文件不是文字文件，无法读取。请另存为 .docx 或 .txt 后重新上传。",
	Encoding:  "文件的文字编码无法识别，读出来是乱码。请用记事本打开，另存为“UTF-8”编码的 .txt，或另存为 .docx 后重新上传。",
	Encrypted: "文档设置了打开密码，无法读取。请在 Word 或 WPS 中取消密码保护，另存为 .docx 后重新上传。",
	Macro:     "文档带有宏，出于安全不予读取。请另存为不带宏的 .docx 后重新上传。",
	LegacyDoc: "这是旧版 Word 或 WPS 文档（.doc、.wps），无法读取。请用 Word 或 WPS 打开，另存为 .docx 后重新上传。",
	Bomb:      "文档解压后过大，疑似异常文件，已拒绝读取。请新建一个 Word 文档，只粘贴方案正文，保存后重新上传。",
	Damaged:   "文档已损坏，无法读取。请用 Word 或 WPS 打开检查，另存为新的 .docx 后重新上传。",
	Format:    "不支持这种文件格式。请把方案另存为 .docx 或 .txt 后重新上传。",
	NotPlan:   "没有在文字中找到任何工作任务，这不像是一份工作方案。请确认选对了文件，方案应有“一、（一）1.”等分条或责任单位。",
}

// Error is the only error type of this package. Its text is for a person.
type Error struct {
	Kind   Kind
	Detail string // a technical hint, may be empty
}

// Error says in Chinese what is wrong and what to do.
func (e *Error) Error() string {
	if e.Detail == "" {
		return messages[e.Kind]
	}
	return messages[e.Kind] + "（" + e.Detail + "）"
}

// Is lets errors.Is compare by kind.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Kind == e.Kind
}

// Fail makes an error of a kind.
func Fail(k Kind, detail string) *Error { return &Error{Kind: k, Detail: detail} }
