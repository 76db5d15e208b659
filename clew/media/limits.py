"""How much one hostile file may cost: every cap of the sandbox, in one place. Both sides obey them."""

MIB = 1 << 20

# what a reader may use
MEMORY_BYTES = 768 * MIB  # private memory of one reader, beyond what the warm parent already holds
THREADS = 2  # of one reader
WALL_SECONDS = 9.0  # for a small file; the parent kills after this
BYTES_PER_SECOND = 8 * MIB  # a larger file earns a second more for so many bytes
MOST_WALL_SECONDS = 60.0
FILM_SHARE = 0.7  # of the wall time goes to frames, half of it before the reader begins to jump
SOUND_SHARE = 0.9  # after this share of the wall time no more sound is read
ARCHIVE_CPU_SECONDS = 3600
SILENCE_SECONDS = 20.0  # an archive reader that says nothing for so long is killed

# what may come in
FILE_BYTES = 8 << 30
PIXELS = 256_000_000  # declared size of a picture; memory may stop it sooner
FILM_PIXELS = 36_000_000  # one frame of a film (8K)
DURATION_SECONDS = 48 * 3600.0

# what may come out
PICTURE_SIDE = 1024  # longest side of `Opened.picture`
PICTURE_LEAST = 512  # a JPEG is decoded reduced, but never below this (unless it is smaller)
RENDER_SIDE = 4096  # longest side a reveal may ask for
FRAME_SIDE = 512
FRAMES = 400
FRAME_STEP = 0.5  # seconds between steadily sampled frames of a short film
ANIMATION_FRAMES = 64  # of an animated picture, evenly
STEADY_FRAMES = 240  # a longer film is sampled wider
DENSE_FRAMES = 20  # but begins at FRAME_STEP, doubled after each so many stills: a file may lie about its length
CUT_FRAMES = 60
GLANCE_SIDE = 256
GLANCE_STEP = 0.12  # seconds between looks at a film, stills included
GLANCES = 1000  # of a longer film fewer a second
SOUND_RATE = 16_000
SOUND_SECONDS = 900
FACTS = 96
FACT_CHARACTERS = 400
NAME_CHARACTERS = 512

# archives
MEMBERS = 200_000
MEMBER_BYTES = 2 << 30
UNPACKED_BYTES = 64 << 30
RATIO = 500  # unpacked : packed, once more than RATIO_FROM bytes came out
RATIO_FROM = 256 * MIB
NESTING = 3  # an archive in an archive in an archive

# messages between reader and parent
HEADER_BYTES = 256 * 1024
CHUNK_BYTES = MIB


def wall_seconds(size: int) -> float:
    """Return how long a reader may take over a file of `size` bytes."""
    return min(WALL_SECONDS + max(0, size - BYTES_PER_SECOND) / BYTES_PER_SECOND, MOST_WALL_SECONDS)
