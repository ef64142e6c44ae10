// Each test has clusters of several processes of its own: side by side they would take each other's time to answer.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
