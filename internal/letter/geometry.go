package letter

// Lengths are in twips (1/20 point, 1 mm = 56.69), sizes in half points, as WordprocessingML counts.
const (
	pageWidth   = 11906 // A4, 210 mm
	pageHeight  = 16838 // 297 mm
	topMargin   = 2098  // 天头 37 mm
	leftMargin  = 1587  // 订口 28 mm
	rightMargin = 1474  // 26 mm, leaving 156 mm
	lowMargin   = 1984  // 35 mm, leaving 225 mm
	footer      = 1417  // 25 mm: the dash of the page number then lies 7 mm below the text

	textWidth = pageWidth - leftMargin - rightMargin
	wideWidth = pageHeight - topMargin - lowMargin // of a landscape page, whose head margin lies left
	linePitch = 579                                // 225 mm / 22

	// charSpace takes a quarter point off each 16 point character, so that 28 of them and not 29 fill 156 mm. A grid of
	// characters (docGrid linesAndChars) would say the same, but LibreOffice gives a character wider than its cell two.
	charSpace = -5

	sanhao  = 32  // 3号, 16 point
	erhao   = 44  // 2号, 22 point
	sihao   = 28  // 4号, 14 point
	xiaosi  = 12  // 小四, in points
	twipsEm = 316 // one character of the grid
)

// The typefaces of the standard.
const (
	xiaobiaosong = "方正小标宋简体"
	fangsong     = "仿宋_GB2312"
	heiti        = "黑体"
	kaiti        = "楷体_GB2312"
	songti       = "宋体"
	latin        = "Times New Roman"
)

// faces are the types of the levels; 0 is the text.
var faces = [...]string{fangsong, heiti, kaiti, fangsong, fangsong}
