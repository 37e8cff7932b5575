//! The network and its training.

use candle_core::{D, DType, Device, IndexOp, Module, Result, Tensor, Var};
use candle_nn::{
    AdamW, LSTM, LSTMConfig, Linear, Optimizer, ParamsAdamW, RNN, VarBuilder, VarMap, linear, linear_no_bias,
    ops::{log_softmax, softmax},
};
use rand::{RngExt, SeedableRng, seq::SliceRandom};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::{
    Neural,
    players::Players,
    sequence::{CONTEXT, Example, LENGTH, Reading, Readings, WIDTH},
};

const DEVICE: Device = Device::Cpu;
/// Width of the layer before the outcome.
const DENSE: usize = 32;
/// Attention given to what is masked.
const NEVER: f64 = 1e9;

/// Weights, all on one device.
pub(super) struct Network {
    lstm: LSTM,
    attention: Linear,
    attention_vector: Linear,
    dense: Linear,
    outcome: Linear,
    /// None where no match it learnt from has a line-up.
    players: Option<Embeddings>,
    /// In the order of their names.
    weights: Vec<Var>,
}

/// A vector for every player and one for all others.
struct Embeddings {
    players: Players,
    vectors: Linear,
}

/// A finished training.
pub(super) struct Training {
    pub(super) network: Network,
    /// Passes that were made of which the best was kept.
    pub(super) epochs: usize,
    /// On the held out part, at the best pass.
    pub(super) log_loss: f64,
}

impl Network {
    fn new(settings: &Neural, players: Option<Players>, random: &mut Xoshiro256PlusPlus) -> Result<Self> {
        let Neural { hidden, embedding, .. } = *settings;
        let map = VarMap::new();
        let build = VarBuilder::from_varmap(&map, DType::F32, &DEVICE);
        let players = players
            .map(|players| {
                let vectors = linear_no_bias(players.n_embeddings(), embedding, build.pp("players"))?;
                Ok::<_, candle_core::Error>(Embeddings { players, vectors })
            })
            .transpose()?;
        let of_players = if players.is_some() { 2 * embedding } else { 0 };
        let network = Self {
            lstm: candle_nn::lstm(WIDTH, hidden, LSTMConfig::default(), build.pp("lstm"))?,
            attention: linear(hidden, hidden, build.pp("attention"))?,
            attention_vector: linear(hidden, 1, build.pp("attention_vector"))?,
            dense: linear(4 * hidden + of_players + CONTEXT, DENSE, build.pp("dense"))?,
            outcome: linear(DENSE, 3, build.pp("outcome"))?,
            players,
            weights: Vec::new(),
        };
        let mut named: Vec<(String, Var)> = match map.data().lock() {
            Ok(data) => data.iter().map(|(name, var)| (name.clone(), var.clone())).collect(),
            Err(_) => Vec::new(),
        };
        named.sort_by(|a, b| a.0.cmp(&b.0));
        // The library draws first weights from a generator that cannot be seeded.
        for (name, var) in &named {
            var.set(&first_weights(name, var, random)?)?;
        }
        Ok(Self { weights: named.into_iter().map(|(_, var)| var).collect(), ..network })
    }

    /// Trains on the earlier examples and keeps the pass that does best on the latest.
    pub(super) fn train(settings: &Neural, examples: &[Example]) -> Result<Training> {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(settings.seed);
        let held_out = ((examples.len() as f64 * settings.held_out) as usize).max(1);
        let (earlier, latest) = examples.split_at(examples.len().saturating_sub(held_out));
        let players = Players::of(earlier.iter().flat_map(|example| &example.readings.starters));
        let network = Self::new(settings, players, &mut random)?;
        let mut order: Vec<usize> = (0..earlier.len()).collect();
        let steps = settings.epochs * earlier.len().div_ceil(settings.batch);
        let mut optimiser = AdamW::new(
            network.weights.clone(),
            ParamsAdamW { weight_decay: settings.weight_decay, ..ParamsAdamW::default() },
        )?;
        let latest = network.batch(&latest.iter().collect::<Vec<_>>())?;
        let mut best = (network.loss(&latest)?, network.copied()?);
        let mut step = 0;
        for _ in 0..settings.epochs {
            order.shuffle(&mut random);
            for chosen in order.chunks(settings.batch) {
                let progress = f64::from(step as u32) / steps as f64;
                optimiser.set_learning_rate(
                    settings.learning_rate * 0.5 * (1.0 + (std::f64::consts::PI * progress).cos()),
                );
                let batch = network.batch(&chosen.iter().map(|i| &earlier[*i]).collect::<Vec<_>>())?;
                optimiser.backward_step(&network.cross_entropy(&batch)?)?;
                step += 1;
            }
            let loss = network.loss(&latest)?;
            if loss < best.0 {
                best = (loss, network.copied()?);
            }
        }
        let (log_loss, weights) = best;
        for (var, kept) in network.weights.iter().zip(&weights) {
            var.set(kept)?;
        }
        Ok(Training { network, epochs: settings.epochs, log_loss })
    }

    /// Probabilities of home win, draw and away win.
    pub(super) fn probabilities(&self, readings: &Readings) -> Result<[f64; 3]> {
        let inputs = self.inputs(&[readings])?;
        let p = softmax(&self.logits(&inputs)?, D::Minus1)?.i(0)?.to_vec1::<f32>()?;
        Ok(std::array::from_fn(|c| p.get(c).copied().map_or(0.0, f64::from)))
    }

    /// How many numbers were trained.
    pub(super) fn n_weights(&self) -> usize {
        self.weights.iter().map(|var| var.elem_count()).sum()
    }

    /// How many players have an embedding of their own or share one; 0 where nobody was named.
    pub(super) fn n_embeddings(&self) -> usize {
        self.players.as_ref().map_or(0, |embeddings| embeddings.players.n_embeddings())
    }

    fn inputs(&self, readings: &[&Readings]) -> Result<Inputs> {
        Inputs::of(readings, self.players.as_ref().map(|embeddings| &embeddings.players))
    }

    fn batch(&self, examples: &[&Example]) -> Result<Batch> {
        let targets: Vec<f32> = examples.iter().flat_map(|e| e.target).collect();
        Ok(Batch {
            inputs: self.inputs(&examples.iter().map(|e| &e.readings).collect::<Vec<_>>())?,
            targets: Tensor::from_vec(targets, (examples.len(), 3), &DEVICE)?,
        })
    }

    fn copied(&self) -> Result<Vec<Tensor>> {
        self.weights.iter().map(|var| var.copy()).collect()
    }

    fn loss(&self, batch: &Batch) -> Result<f64> {
        Ok(f64::from(self.cross_entropy(batch)?.to_scalar::<f32>()?))
    }

    fn cross_entropy(&self, batch: &Batch) -> Result<Tensor> {
        let logs = log_softmax(&self.logits(&batch.inputs)?, D::Minus1)?;
        (logs * &batch.targets)?.sum(D::Minus1)?.mean(0)?.neg()
    }

    fn logits(&self, inputs: &Inputs) -> Result<Tensor> {
        let home = self.read(&inputs.home, &inputs.home_mask)?;
        let away = self.read(&inputs.away, &inputs.away_mask)?;
        let mut joined = vec![home, away];
        if let (Some(embeddings), Some(shares)) = (&self.players, &inputs.starters) {
            for shares in shares {
                joined.push(embeddings.vectors.forward(shares)?);
            }
        }
        joined.push(inputs.context.clone());
        let joined = Tensor::cat(&joined, 1)?;
        self.outcome.forward(&self.dense.forward(&joined)?.relu()?)
    }

    /// The attended and the last state, side by side.
    fn read(&self, matches: &Tensor, mask: &Tensor) -> Result<Tensor> {
        let states = self.lstm.seq(matches)?;
        let last = states.last().map(|s| s.h().clone());
        let all = self.lstm.states_to_tensor(&states)?;
        let scores = self.attention_vector.forward(&self.attention.forward(&all)?.tanh()?)?.squeeze(2)?;
        let scores = (scores + ((mask - 1.0)? * NEVER)?)?;
        let attention = softmax(&scores, D::Minus1)?.unsqueeze(2)?;
        let attended = all.broadcast_mul(&attention)?.sum(1)?;
        match last {
            Some(last) => Tensor::cat(&[&attended, &last], 1),
            None => Tensor::cat(&[&attended, &attended], 1),
        }
    }
}

/// Uniform within 1 / sqrt(inputs), biases 0.
fn first_weights(name: &str, var: &Var, random: &mut Xoshiro256PlusPlus) -> Result<Tensor> {
    let shape = var.shape().clone();
    let inputs = shape.dims().get(1).copied().unwrap_or(1);
    let bound = if name.contains("bias") { 0.0 } else { 1.0 / (inputs as f32).sqrt() };
    let values: Vec<f32> =
        (0..shape.elem_count()).map(|_| bound * (2.0 * random.random::<f32>() - 1.0)).collect();
    Tensor::from_vec(values, shape, &DEVICE)
}

/// Readings as tensors.
struct Inputs {
    home: Tensor,
    home_mask: Tensor,
    away: Tensor,
    away_mask: Tensor,
    context: Tensor,
    /// Shares of embeddings in the home and the away side.
    starters: Option<[Tensor; 2]>,
}

impl Inputs {
    fn of(readings: &[&Readings], players: Option<&Players>) -> Result<Self> {
        let n = readings.len();
        let matches = |side: fn(&Readings) -> &Reading| {
            let numbers = readings.iter().flat_map(|r| side(r).matches.as_flattened().iter().copied());
            Tensor::from_vec(numbers.collect::<Vec<f32>>(), (n, LENGTH, WIDTH), &DEVICE)
        };
        let mask = |side: fn(&Readings) -> &Reading| {
            let numbers = readings.iter().flat_map(|r| side(r).mask);
            Tensor::from_vec(numbers.collect::<Vec<f32>>(), (n, LENGTH), &DEVICE)
        };
        let context: Vec<f32> = readings.iter().flat_map(|r| r.context).collect();
        Ok(Self {
            home: matches(|r| &r.home)?,
            home_mask: mask(|r| &r.home)?,
            away: matches(|r| &r.away)?,
            away_mask: mask(|r| &r.away)?,
            context: Tensor::from_vec(context, (n, CONTEXT), &DEVICE)?,
            starters: players
                .map(|players| {
                    let side = |side: usize| -> Result<Tensor> {
                        let starters = |r: &&Readings| -> Vec<f32> { players.shares(&r.starters[side]) };
                        let shares: Vec<f32> = readings.iter().flat_map(starters).collect();
                        Tensor::from_vec(shares, (n, players.n_embeddings()), &DEVICE)
                    };
                    Ok::<_, candle_core::Error>([side(0)?, side(1)?])
                })
                .transpose()?,
        })
    }
}

struct Batch {
    inputs: Inputs,
    targets: Tensor,
}
