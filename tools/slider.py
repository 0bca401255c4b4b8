"""assets/slider.gif, the animation in the README: two sample portraits under a moving age slider; and assets/ages.jpg, the same ages beside each other, for the model card."""
from pathlib import Path
import matplotlib.cbook as cbook
from PIL import Image, ImageDraw
from skimage import data
from reaging import Reager
from reaging.pictures.files import Reaged, save_gif, save_picture
from reaging.using.reager import strip

def main():
    reager, ages, side = Reager(), range(20, 81, 5), 150
    people = [(Image.open(cbook.get_sample_data('grace_hopper.jpg')), 77), (Image.fromarray(data.astronaut()), 41)]
    heads = [[im.crop(reager.open(photo, age).heads).resize((side, side)) for im in reager(photo, to=ages, from_=age)] for photo, age in people]
    assets = Path(__file__).resolve().parents[1]/'assets'
    tens = [n for n, age in enumerate(ages) if age % 10 == 0]
    rows = [strip([faces[n] for n in tens], [ages[n] for n in tens], height=side) for faces in heads]
    sheet = Image.new('RGB', (rows[0].width, 2*rows[0].height), 'white')
    for n, row in enumerate(rows): sheet.paste(row, (0, n * row.height))
    save_picture(Reaged(sheet, ', '.join(str(age) for _, age in people), ', '.join(str(ages[n]) for n in tens)), assets/'ages.jpg')
    frames = []
    for age, *faces in zip(ages, *heads):
        frame = Image.new('RGB', (2*side, side + 40), 'white')
        for i, face in enumerate(faces): frame.paste(face, (i * side, 0))
        draw, x = ImageDraw.Draw(frame), 30 + (age - ages[0]) / (ages[-1] - ages[0]) * (2*side - 110)
        draw.line((30, side + 20, 2*side - 80, side + 20), fill='#bdbdbd', width=4)
        draw.ellipse((x - 9, side + 11, x + 9, side + 29), fill='#2196f3')
        draw.text((2*side - 40, side + 20), str(age), fill='black', anchor='mm', font_size=20)
        frames.append(Reaged(frame, ', '.join(str(age) for _, age in people), str(age)))
    save_gif(frames, assets/'slider.gif', .12)

if __name__ == '__main__': main()
