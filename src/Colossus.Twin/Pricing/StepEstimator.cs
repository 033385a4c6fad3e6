using Colossus.Plan.Work;
using Colossus.Specs.Layouts;

namespace Colossus.Twin.Pricing;

/// <summary>Prices a step with the pipeline run action by action instead of in closed form: slower, and exact for uneven stages.</summary>
public static class StepEstimator
{
    /// <summary>Actions above which the closed form stands in for the timeline.</summary>
    private const double mostActions = 4e6;

    /// <summary>Prices one layout.</summary>
    /// <param name="model">The model.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="setup">Format and software.</param>
    /// <param name="layout">A layout that <see cref="LayoutRules"/> accepts.</param>
    /// <param name="parameters">Fitted quantities.</param>
    public static StepPrice Price(ModelShape model, Machine machine, TrainingSetup setup, in Layout layout, TwinParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(parameters);
        var pricer = new StepPricer(model, machine, setup, parameters);
        pricer.Price(layout, out StepPrice price);
        double actions = 10.0 * layout.Pipeline * layout.Chunks;
        if (layout.Pipeline == 1 || actions > mostActions)
        {
            return price;
        }

        double closed = price.Compute + price.Tensor + price.Pipeline + price.Expert + price.Context + price.Bubble;
        double jitter = 1 + (parameters[Parameter.Jitter] * PriceRates.DoublingsBeyondEight(layout));
        double difference = Timeline.Seconds(model.Layers, layout, price) - closed;
        price.Bubble += difference;
        price.Other += difference * (jitter - 1);
        if (price.Bubble < 0)
        {
            // The busiest stage does not wait all the time that the closed form counts for it.
            price.Compute += price.Bubble;
            price.Bubble = 0;
        }

        return price;
    }
}
