using System.Text.Json.Nodes;
using Learngene.Federation;

namespace Learngene.Grains.Federation;

/// <summary>A federation as others see it.</summary>
internal static class FederationView
{
    public static FederationStatus Of(string name, FederationRecord record, RoundProgress? open, long clients, IReadOnlyList<int> cohorts)
    {
        var specification = JsonNode.Parse(record.Specification!)!;
        return new()
        {
            Name = name, State = record.State, Method = (string)specification["method"]!, Round = record.Round, Rounds = (int)specification["rounds"]!, Clients = clients,
            Cohorts = cohorts, BytesUp = record.BytesUp, BytesDown = record.BytesDown, Evaluation = record.Evaluation, Result = record.Result, Error = record.Error,
            Specification = record.Specification!, Created = record.Created, Open = open, ModelEpoch = record.ModelEpoch,
        };
    }
}
