"""What every backend must withstand, whatever it sends its requests with."""
