using Colossus.Collectives;
using Colossus.Training.Engine;

namespace Colossus.Training.Tests.Engine;

public sealed class StepAgreementTests
{
    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_gradient_that_is_not_finite_makes_the_norm_no_number_although_integers_have_one(float largest)
    {
        string segment = $"colossus-test-agreement-{Guid.NewGuid():N}";
        try
        {
            using World world = World.Create(segment, new WorldShape { Ranks = 1, Epoch = 0, RegionBytes = [64], Groups = [new GroupShape { Ranks = [0] }] }, 0);
            var agreement = new StepAgreement(world.Group(0)) { Largest = largest };
            agreement.Squares.Add(4);
            Assert.Equal(double.NaN, agreement.Exchange(default).Squares);

            agreement.Squares.Add(4);
            Assert.Equal((4, 0f), (agreement.Exchange(default).Squares, agreement.Exchange(default).Largest));
        }
        finally
        {
            SharedSegment.Remove(segment);
        }
    }
}
