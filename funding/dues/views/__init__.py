"""The pages about money that members, stewards and everybody see. One module for each subject."""
