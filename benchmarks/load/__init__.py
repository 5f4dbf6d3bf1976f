"""What a burst of many small files costs: executions, job runs, transitions, writes, and waiting.

The functions and the state machine are the deployed ones. What is stood in for is named in
`benchmarks.load.lake`.
"""
