package compile

func docxText(raw []byte) (string, error) { return "", fail(ErrDamaged, "") }
