"""How clients reach nodes: which addresses may be talked to, and on which circuits."""
