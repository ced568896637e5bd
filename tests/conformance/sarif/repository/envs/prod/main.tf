resource "aws_s3_bucket" "b" {
  acl = "public-read"
}

resource "aws_s3_bucket" "waived" {
  acl = "public-read"
}

resource "aws_s3_bucket" "old" {
  bucket = "old"
}

module "net" {
  source = "../../modules/net"
}
