mod batches;
mod refusals;
