namespace Learngene.Vision.Federation;

/// <summary>A federated method: one override for what a client does, one for what the server does.</summary>
public interface IFederatedMethod
{
}
