"""What is done with paper: certificates of eligibility are typed, declarations are written."""
