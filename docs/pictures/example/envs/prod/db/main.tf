resource "aws_db_instance" "main" {
  identifier        = "orders"
  engine            = "postgres"
  availability_zone = "eu-central-1b"
  tags              = local.tags
}

resource "aws_security_group" "bastion" {
  name = "bastion"
  ingress {
    description = "ssh"
    protocol    = "tcp"
    from_port   = 20
    to_port     = 30
    cidr_blocks = ["0.0.0.0/0"]
  }
  ingress {
    description = "metrics"
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = [aws_vpc.monitoring.cidr_block]
  }
  tags = local.tags
}
