package sheet

import "weibao/internal/errs"

// The ways in which a file cannot be read; each text is for the person who uploaded it. Compare with errors.Is.
var (
	ErrEmpty          = errs.New(errs.Invalid, "文件是空的。请选择填好内容的表格后重新上传。")
	ErrEncrypted      = errs.New(errs.Invalid, "文件设有打开密码。请在Excel或WPS中取消密码，另存后重新上传。")
	ErrOldFormat      = errs.New(errs.Invalid, "这是旧版.xls文件。请在Excel或WPS中“另存为”.xlsx后重新上传。")
	ErrMacro          = errs.New(errs.Invalid, "文件含有宏。为安全起见不接收，请“另存为”不带宏的.xlsx后重新上传。")
	ErrNotTable       = errs.New(errs.Invalid, "这不是表格文件。请上传.xlsx或.csv文件。")
	ErrCorrupt        = errs.New(errs.Invalid, "文件已损坏或不完整。请在Excel或WPS中打开核对，另存为.xlsx后重新上传。")
	ErrTooLarge       = errs.New(errs.TooLarge, "文件内容过大。请拆分成几个文件后分别上传。")
	ErrTooManyRows    = errs.New(errs.TooLarge, "行数超过上限。请按乡镇或单位拆分后分别上传。")
	ErrTooManyColumns = errs.New(errs.Invalid, "列数超过上限。请删除多余的列，使用下载的模板填写。")
	ErrNoSheet        = errs.New(errs.Invalid, "工作簿里没有可读的工作表。请把内容放在第一个工作表后重新上传。")
)
