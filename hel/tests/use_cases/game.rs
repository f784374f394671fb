//! A game engine: each system on its own, told what to do by the main loop and never locked.

use std::thread;
use std::time::{Duration, Instant};

use hel::channel::errors::{AsyncRecvError, RecvError};
use hel::channel::mpmc::round_robin;
use hel::channel::spsc::SpscShard;

use crate::{beside_tokio, join};

const FRAMES: u32 = 60;
const FIXED_DT: f64 = 1.0 / 60.0;

#[derive(Debug)]
enum PhysicsCmd {
    Update(u32),
    Move { entity: u32, to: u32 },
}

#[derive(Debug)]
enum AiCmd {
    Think { entity: u32 },
}

#[derive(Debug)]
enum AudioCmd {
    Play(u32),
}

#[derive(Debug)]
enum DrawCmd {
    Frame(Vec<u32>),
}

#[derive(Default)]
struct PhysicsWorld {
    updates: Vec<u32>,
    moves: Vec<(u32, u32)>,
    time: f64,
}

impl PhysicsWorld {
    fn apply(&mut self, cmd: PhysicsCmd) {
        match cmd {
            PhysicsCmd::Update(state) => self.updates.push(state),
            PhysicsCmd::Move { entity, to } => self.moves.push((entity, to)),
        }
    }

    fn step(&mut self, dt: f64) {
        self.time += dt;
    }
}

struct Pathfinder;

impl Pathfinder {
    async fn find(&self, entity: u32) -> PhysicsCmd {
        tokio::task::yield_now().await;
        PhysicsCmd::Move { entity, to: entity + 1_000 }
    }
}

/// Keeps the frames apart.
struct FrameTimer(Instant);

impl FrameTimer {
    fn wait_next(&mut self) {
        self.0 += Duration::from_millis(1);
        thread::sleep(self.0.saturating_duration_since(Instant::now()));
    }
}

#[test]
fn the_systems_of_a_game_get_every_command() {
    beside_tokio(|| {
        let num_render_threads = 3;
        // Physics hears of the main loop and of the AI: one pair for each, since a pair has one producer.
        let physics_ch = SpscShard::<PhysicsCmd, 512>::new(2);
        let ai_ch = SpscShard::<AiCmd, 256>::new(1);
        let audio_ch = SpscShard::<AudioCmd, 256>::new(1);
        let (render_tx, render_rx) = round_robin::<DrawCmd, 1024>(num_render_threads);

        let mut physics_pairs = physics_ch.into_pairs();
        let (_, mut physics_tx, mut physics_rx) = physics_pairs.next().unwrap();
        let (_, mut decision_tx, mut decision_rx) = physics_pairs.next().unwrap();
        let (_, mut ai_tx, mut ai_rx) = ai_ch.into_pairs().next().unwrap();
        let (_, mut audio_tx, mut audio_rx) = audio_ch.into_pairs().next().unwrap();
        let (stepped_tx, stepped_rx) = hel::bounded(1);

        let physics = thread::spawn(move || {
            let mut physics_world = PhysicsWorld::default();
            loop {
                decision_rx.try_iter().for_each(|cmd| physics_world.apply(cmd));
                match physics_rx.recv_timeout(Duration::from_millis(16)) {
                    Ok(cmd) => physics_world.apply(cmd),
                    Err(RecvError::TimeOut(_)) => {
                        physics_world.step(FIXED_DT);
                        stepped_tx.try_send(()).ok();
                    }
                    Err(RecvError::Disconnected) => break,
                }
            }
            decision_rx.iter().for_each(|cmd| physics_world.apply(cmd));
            physics_world
        });

        let ai = tokio::spawn(async move {
            let pathfinder = Pathfinder;
            loop {
                match ai_rx.recv_async().await {
                    Ok(AiCmd::Think { entity }) => {
                        let decision = pathfinder.find(entity).await;
                        decision_tx.send_async(decision).await.unwrap();
                    }
                    Err(AsyncRecvError::Disconnected) => break,
                }
            }
        });

        let audio = thread::spawn(move || {
            let mut played = Vec::new();
            loop {
                match audio_rx.recv() {
                    Ok(AudioCmd::Play(sound)) => played.push(sound),
                    Err(RecvError::Disconnected) => break,
                    Err(_) => break,
                }
            }
            played
        });

        let renderers: Vec<_> = render_rx
            .into_receivers()
            .into_iter()
            .map(|rx| thread::spawn(move || rx.iter().map(|DrawCmd::Frame(scene)| scene[0]).collect::<Vec<_>>()))
            .collect();

        let mut frame_timer = FrameTimer(Instant::now());
        let (mut updates, mut thoughts, mut sounds) = (Vec::new(), Vec::new(), Vec::new());
        for frame in 0..FRAMES {
            // A system that is behind misses a command; the frame does not wait for it.
            updates.extend(physics_tx.try_send(PhysicsCmd::Update(frame)).ok().map(|()| frame));
            thoughts.extend(ai_tx.try_send(AiCmd::Think { entity: frame }).ok().map(|()| frame));
            sounds.extend(audio_tx.try_send(AudioCmd::Play(frame)).ok().map(|()| frame));
            render_tx.send(DrawCmd::Frame(vec![frame; 4])).unwrap();
            frame_timer.wait_next();
        }
        // With nothing to do, physics moves the world on by itself.
        stepped_rx.recv().unwrap();
        drop((physics_tx, ai_tx, audio_tx, render_tx));

        join(ai);
        let world = physics.join().unwrap();
        assert_eq!(world.updates, updates);
        assert!(world.moves.into_iter().eq(thoughts.iter().map(|&entity| (entity, entity + 1_000))));
        assert!(world.time >= FIXED_DT);
        assert_eq!(audio.join().unwrap(), sounds);
        for (n, renderer) in renderers.into_iter().enumerate() {
            let frames = renderer.join().unwrap();
            assert!(frames.into_iter().eq((n as u32..FRAMES).step_by(num_render_threads)), "frames in turn");
        }
    });
}
