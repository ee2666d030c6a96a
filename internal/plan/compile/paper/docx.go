package paper

func docxText(raw []byte) (string, error) { return "", Fail(Damaged, "") }
