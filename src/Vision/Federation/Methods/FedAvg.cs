namespace Learngene.Vision.Federation;

/// <summary>Federated averaging (McMahan et al. 2017): clients train, the mean of their differences, weighted by samples, is added to the model.</summary>
internal sealed class FedAvg(FederatedTask task) : IFederatedMethod
{
    public ClientSide Begin(LocalTraining training) => new(training);

    public void Apply(FederationModel model, RoundMean mean, int clients) => model.Add(mean, task.Layout.All, step: 1);
}
